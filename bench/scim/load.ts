import { Agent, request } from 'node:http';
import { requestBytes, wireSpeed } from '../wire.ts';
import type { Contender } from './contenders.ts';

const agent = new Agent({ keepAlive: true });

/** Sends a request and returns the response body as JSON. @throws Error if the status is 400 or higher */
export function send({ url, token }: Contender, method: string, path: string, body?: unknown): Promise<Reply> {
  const data = body === undefined ? undefined : JSON.stringify(body);
  const headers = {
    Authorization: `Bearer ${token}`,
    ...(data === undefined
      ? {}
      : { 'Content-Type': 'application/scim+json', 'Content-Length': Buffer.byteLength(data) }),
  };
  return new Promise((resolve, reject) => {
    const outgoing = request(url + path, { method, headers, agent }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (piece: string) => {
        text += piece;
      });
      response.on('end', () => {
        if ((response.statusCode ?? 500) >= 400) reject(new Error(`${method} ${path}: ${response.statusCode} ${text}`));
        else resolve(text === '' ? {} : JSON.parse(text));
      });
    });
    outgoing.on('error', reject);
    outgoing.end(data);
  });
}

export type Reply = { id?: string; Resources?: unknown[]; totalResults?: number };

/** Measures requests per second over plain sockets for a number of milliseconds. @throws Error if a status is 300 or higher */
export function requestSpeed(
  { url, token }: Contender,
  milliseconds: number,
  atOnce: number,
  make: (index: number) => { method: string; path: string; body?: unknown },
): Promise<{ aSecond: number; count: number }> {
  return wireSpeed(url, { milliseconds }, atOnce, async (exchange, index) => {
    const { method, path, body } = make(index);
    const data = body === undefined ? undefined : { type: 'application/scim+json', data: JSON.stringify(body) };
    const reply = await exchange(requestBytes(method, new URL(url + path), { Authorization: `Bearer ${token}` }, data));
    if (reply.status >= 300) throw new Error(`${reply.head} ${reply.body}`);
  });
}

/** Runs a task a number of times with some concurrency, and returns tasks per second. */
export async function speedOf(
  times: number,
  atOnce: number,
  work: (index: number) => Promise<unknown>,
): Promise<number> {
  let next = 0;
  const start = process.hrtime.bigint();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (next < times) await work(next++);
    }),
  );
  return times / (Number(process.hrtime.bigint() - start) / 1e9);
}

/** Runs a task a number of times in sequence, and returns the median in milliseconds. */
export async function timeOf(times: number, work: (index: number) => Promise<unknown>): Promise<number> {
  const taken: number[] = [];
  for (let index = 0; index < times; index++) {
    const start = process.hrtime.bigint();
    await work(index);
    taken.push(Number(process.hrtime.bigint() - start) / 1e6);
  }
  return taken.sort((one, other) => one - other)[times >> 1] ?? Number.NaN;
}

/** Returns a person as a provider sends one. */
export function person(number: number): Record<string, unknown> {
  const userName = `user${number}@acme.com`;
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
    userName,
    externalId: `e${number}`,
    name: { givenName: `Given${number % 1_000}`, familyName: `Family${number}` },
    displayName: `Given${number % 1_000} Family${number}`,
    title: 'Engineer',
    emails: [{ value: userName, type: 'work', primary: true }],
    active: true,
  };
}

/** Returns the body of a PATCH. */
export function patch(...Operations: unknown[]): Record<string, unknown> {
  return { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations };
}
