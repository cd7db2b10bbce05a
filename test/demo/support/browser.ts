export type Page = { url: string; status: number; headers: Headers; text: string; forms: Form[] };
export type Form = { action: string; fields: Record<string, string> };

export type Browser = {
  get: (url: string) => Promise<Page>;
  /** Posts a form, as a page of the same site does. */
  post: (url: string, fields: Record<string, string | string[]>) => Promise<Page>;
  /** Posts from another site's page: only SameSite=None cookies are sent, but the redirect that follows carries all. */
  postFromElsewhere: (url: string, fields: Record<string, string>) => Promise<Page>;
  /** Submits the page's first form whose action contains `action`, with its hidden fields and these. */
  submit: (page: Page, action: string, fields?: Record<string, string | string[]>) => Promise<Page>;
};

/** Returns a browser without scripts. It keeps cookies by host, follows redirects, and reads the forms of a page. */
export function createBrowser(origin: string): Browser {
  const cookies = new Map<string, Map<string, { value: string; crossSite: boolean }>>();

  async function request(address: string, init: RequestInit, sameSite = true): Promise<Page> {
    const url = new URL(address, origin);
    const jar = cookies.get(url.host) ?? new Map<string, { value: string; crossSite: boolean }>();
    cookies.set(url.host, jar);
    const sent = [...jar].filter(([, { crossSite }]) => sameSite || crossSite);
    const cookie = sent.map(([name, { value }]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, { ...init, redirect: 'manual', headers: { ...init.headers, cookie } });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      jar.set(name, { value, crossSite: /;\s*SameSite=None/i.test(line) });
    }
    const location = response.headers.get('location');
    // A 307 repeats the request with its method and body (RFC 9110 15.4.8).
    if (location)
      return request(
        new URL(location, url).href,
        response.status === 307 ? init : {},
        response.status === 307 ? sameSite : true,
      );
    const text = await response.text();
    return { url: url.href, status: response.status, headers: response.headers, text, forms: readForms(text) };
  }

  const post: Browser['post'] = (url, fields) => {
    const pairs = Object.entries(fields).flatMap(([name, value]) => [value].flat().map((one) => [name, one]));
    const headers = { origin: new URL(url, origin).origin };
    return request(url, { method: 'POST', headers, body: new URLSearchParams(pairs) });
  };
  return {
    get: (url) => request(url, {}),
    post,
    postFromElsewhere: (url, fields) => request(url, { method: 'POST', body: new URLSearchParams(fields) }, false),
    submit(page, action, fields = {}) {
      const form = page.forms.find((one) => one.action.includes(action));
      if (!form) throw new Error(`${page.url} has no form for ${action}: ${page.text.slice(0, 500)}`);
      return post(new URL(form.action, page.url).href, { ...form.fields, ...fields });
    },
  };
}

function readForms(html: string): Form[] {
  return [...html.matchAll(/<form[^>]*?action="([^"]*)"[^>]*>([\s\S]*?)<\/form>/g)].map(
    ([, action = '', body = '']) => {
      const inputs = [...body.matchAll(/<input[^>]*type="hidden"[^>]*>/g)].map(([tag]) => [
        attribute(tag, 'name'),
        attribute(tag, 'value'),
      ]);
      return { action: unescapeHtml(action), fields: Object.fromEntries(inputs) };
    },
  );
}

function attribute(tag: string, name: string): string {
  return unescapeHtml(new RegExp(`${name}="([^"]*)"`).exec(tag)?.[1] ?? '');
}

function unescapeHtml(text: string): string {
  return text.replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code))).replaceAll('&amp;', '&');
}
