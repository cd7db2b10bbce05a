import type { User } from '../../src/store/users.ts';
import { type Anteroom, addPerson, startAnteroom, testPassword } from './anteroom.ts';

/** A response; redirects are not followed. */
export type Reply = { status: number; location: string | undefined; headers: Headers; text: string };

export type Client = {
  get: (path: string) => Promise<Reply>;
  /** The same with a body that is not read yet. */
  start: (path: string) => Promise<Response>;
  /** Posts a form, as a page of the same site does. */
  post: (path: string, fields?: Fields) => Promise<Reply>;
  /** The same as multipart/form-data, with a file. */
  upload: (path: string, fields: Record<string, string | Blob>) => Promise<Reply>;
  /** Opens the page that a reply redirects to. */
  follow: (reply: Reply) => Promise<Reply>;
};

type Fields = Record<string, string | string[]>;

/** Returns a client for tests of screens. It keeps cookies, and sends the page's origin with a form. */
export function openClient({ url }: Pick<Anteroom, 'url'>): Client {
  const cookies = new Map<string, string>();

  async function request(path: string, init: RequestInit = {}): Promise<Reply> {
    const response = await send(path, init);
    const location = response.headers.get('location') ?? undefined;
    return { status: response.status, location, headers: response.headers, text: await response.text() };
  }

  async function send(path: string, init: RequestInit = {}): Promise<Response> {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { accept: 'text/html', cookie, ...(init.method === 'POST' ? { origin: url } : {}) };
    const response = await fetch(new URL(path, url), { ...init, redirect: 'manual', headers });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    return response;
  }

  return {
    get: (path) => request(path),
    start: (path) => send(path),
    post: (path, fields = {}) => {
      const pairs = Object.entries(fields).flatMap(([name, value]) => [value].flat().map((one) => [name, one]));
      return request(path, { method: 'POST', body: new URLSearchParams(pairs) });
    },
    upload: (path, fields) => {
      const body = new FormData();
      for (const [name, value] of Object.entries(fields)) body.append(name, value);
      return request(path, { method: 'POST', body });
    },
    follow: (reply) => request(reply.location ?? '/'),
  };
}

/** Returns a client that is logged in with `testPassword`. */
export async function logInLocally(anteroom: Pick<Anteroom, 'url'>, userName = 'maya.koch'): Promise<Client> {
  const client = openClient(anteroom);
  const reply = await client.post('/local-login', { userName, password: testPassword, return: '/' });
  if (reply.status !== 303) throw new Error(`${userName} could not log in: ${reply.status}`);
  return client;
}

/** Starts the application with the Power User maya.koch, who is logged in. @param fields of hers by the headers of a CSV file */
export async function startAsPowerUser(
  fields: Record<string, string> = {},
  options: Parameters<typeof startAnteroom>[0] = {},
): Promise<{ anteroom: Anteroom; maya: User; client: Client }> {
  const anteroom = await startAnteroom(options);
  const maya = await addPerson(anteroom.deps, { ...fields, userType: 'Power User' });
  return { anteroom, maya, client: await logInLocally(anteroom) };
}
