import { type IncomingHttpHeaders, request } from 'node:http';
import type { Anteroom } from './anteroom.ts';

export type HostReply = { status: number; headers: IncomingHttpHeaders; cookies: string[]; text: string };

/** What a browser or fetch would not send: other methods and headers, an unchanged request target. */
export type Raw = { method?: string; headers?: Record<string, string>; body?: string };

/** Sends one request to the application, for any host name. Redirects are not followed. */
export function sendRaw({ url }: Pick<Anteroom, 'url'>, path: string, raw: Raw = {}): Promise<HostReply> {
  const { hostname, port } = new URL(url);
  const { method = 'GET', headers = {}, body } = raw;
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path, method, headers: { accept: 'text/html', ...headers } }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () =>
        resolve({
          status: answer.statusCode ?? 0,
          headers: answer.headers,
          cookies: answer.headers['set-cookie'] ?? [],
          text: Buffer.concat(chunks).toString(),
        }),
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** Returns a client for one host name, such as an https domain behind a proxy. It keeps cookies, and sends Sec-Fetch-Site with a form. */
export function openAtHost(anteroom: Pick<Anteroom, 'url'>, host: string) {
  const cookies = new Map<string, string>();
  const cookie = () => [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const keep = (answer: HostReply) => {
    for (const line of answer.cookies) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
  };
  const send = async (path: string, raw: Raw = {}): Promise<HostReply> => {
    const answer = await sendRaw(anteroom, path, { ...raw, headers: { host, cookie: cookie(), ...raw.headers } });
    keep(answer);
    return answer;
  };
  const post = (path: string, fields: Record<string, string>): Promise<HostReply> => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' };
    return send(path, { method: 'POST', headers, body: `${new URLSearchParams(fields)}` });
  };
  return { cookie, keep, send, post };
}
