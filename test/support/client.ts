import type { Anteroom } from './anteroom.ts';
import { testPassword } from './anteroom.ts';

/** An answer as it came, redirects not followed. */
export type Answer = { status: number; location: string | undefined; headers: Headers; text: string };

export type Client = {
  get: (path: string) => Promise<Answer>;
  /** Opens `page` (the path itself where none is given) for the token of its forms, and posts the fields. */
  post: (path: string, fields?: Fields, page?: string) => Promise<Answer>;
  /** The same as multipart/form-data, with a file. */
  upload: (path: string, fields: Record<string, string | Blob>, page?: string) => Promise<Answer>;
  /** Follows the redirect of an answer. */
  follow: (answer: Answer) => Promise<Answer>;
};

type Fields = Record<string, string | string[]>;

/** A browser's part in a test of screens: it keeps cookies and hands the forms' tokens back. */
export function openClient({ url }: Pick<Anteroom, 'url'>): Client {
  const cookies = new Map<string, string>();

  async function request(path: string, init: RequestInit = {}): Promise<Answer> {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { accept: 'text/html', cookie };
    const response = await fetch(new URL(path, url), { ...init, redirect: 'manual', headers });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    const location = response.headers.get('location') ?? undefined;
    return { status: response.status, location, headers: response.headers, text: await response.text() };
  }

  async function tokenOf(page: string): Promise<string> {
    return /name="_csrf" value="([^"]+)"/.exec((await request(page)).text)?.[1] ?? '';
  }

  return {
    get: (path) => request(path),
    post: async (path, fields = {}, page = path) => {
      const pairs = Object.entries({ _csrf: await tokenOf(page), ...fields });
      const body = new URLSearchParams(pairs.flatMap(([name, value]) => [value].flat().map((one) => [name, one])));
      return request(path, { method: 'POST', body });
    },
    upload: async (path, fields, page = path) => {
      const body = new FormData();
      for (const [name, value] of Object.entries({ _csrf: await tokenOf(page), ...fields })) body.append(name, value);
      return request(path, { method: 'POST', body });
    },
    follow: (answer) => request(answer.location ?? '/'),
  };
}

/** A client of somebody who has logged in with `testPassword`. */
export async function logInLocally(anteroom: Pick<Anteroom, 'url'>, userName = 'maya.koch'): Promise<Client> {
  const client = openClient(anteroom);
  const answer = await client.post('/local-login', { userName, password: testPassword, return: '/' });
  if (answer.status !== 303) throw new Error(`${userName} could not log in: ${answer.status}`);
  return client;
}
