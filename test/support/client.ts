import type { Anteroom } from './anteroom.ts';
import { testPassword } from './anteroom.ts';

/** An answer as it came, redirects not followed. */
export type Answer = { status: number; location: string | undefined; headers: Headers; text: string };

export type Client = {
  get: (path: string) => Promise<Answer>;
  /** Posts a form, as a page of the same site does. */
  post: (path: string, fields?: Fields) => Promise<Answer>;
  /** The same as multipart/form-data, with a file. */
  upload: (path: string, fields: Record<string, string | Blob>) => Promise<Answer>;
  /** Follows the redirect of an answer. */
  follow: (answer: Answer) => Promise<Answer>;
};

type Fields = Record<string, string | string[]>;

/** A browser for tests of screens: it keeps cookies and names the page's origin when it posts a form. */
export function openClient({ url }: Pick<Anteroom, 'url'>): Client {
  const cookies = new Map<string, string>();

  async function request(path: string, init: RequestInit = {}): Promise<Answer> {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { accept: 'text/html', cookie, ...(init.method === 'POST' ? { origin: url } : {}) };
    const response = await fetch(new URL(path, url), { ...init, redirect: 'manual', headers });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    const location = response.headers.get('location') ?? undefined;
    return { status: response.status, location, headers: response.headers, text: await response.text() };
  }

  return {
    get: (path) => request(path),
    post: (path, fields = {}) => {
      const pairs = Object.entries(fields).flatMap(([name, value]) => [value].flat().map((one) => [name, one]));
      return request(path, { method: 'POST', body: new URLSearchParams(pairs) });
    },
    upload: (path, fields) => {
      const body = new FormData();
      for (const [name, value] of Object.entries(fields)) body.append(name, value);
      return request(path, { method: 'POST', body });
    },
    follow: (answer) => request(answer.location ?? '/'),
  };
}

/** Returns a client that is logged in with `testPassword`. */
export async function logInLocally(anteroom: Pick<Anteroom, 'url'>, userName = 'maya.koch'): Promise<Client> {
  const client = openClient(anteroom);
  const answer = await client.post('/local-login', { userName, password: testPassword, return: '/' });
  if (answer.status !== 303) throw new Error(`${userName} could not log in: ${answer.status}`);
  return client;
}
