import { requestBytes, wireSpeed } from '../wire.ts';

/** Where to post SAML responses, and with which RelayState. */
export type Target = { acsUrl: string; relayState: string };

/**
 * Logs in once per SAML response, `atOnce` at a time: a POST of the response, then a GET of the page that it redirects to, with the
 * new cookies. Returns logins per second. Throws if a page does not contain `expected`.
 */
export async function logIn(target: Target, responses: string[], expected: string, atOnce: number): Promise<number> {
  const acs = new URL(target.acsUrl);
  const posts = responses.map((response) => {
    const data = new URLSearchParams({ SAMLResponse: response, RelayState: target.relayState }).toString();
    return requestBytes('POST', acs, {}, { type: 'application/x-www-form-urlencoded', data });
  });
  const { aSecond } = await wireSpeed(target.acsUrl, { times: posts.length }, atOnce, async (exchange, index) => {
    const reply = await exchange(posts[index] ?? Buffer.alloc(0));
    const location = /^location: (.+)$/im.exec(reply.head)?.[1];
    if (location === undefined) throw new Error(`no redirect: ${reply.head} ${reply.body}`);
    const cookies = [...reply.head.matchAll(/^set-cookie: ([^;\r]+)/gim)].map(([, cookie]) => cookie).join('; ');
    const page = await exchange(requestBytes('GET', new URL(location, acs), { Cookie: cookies }, undefined));
    if (page.status !== 200 || !page.body.includes(expected))
      throw new Error(`not logged in: ${page.head} ${page.body}`);
  });
  return aSecond;
}
