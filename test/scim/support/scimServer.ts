import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import type { Store } from '../../../src/db/open.ts';
import { scimRoutes } from '../../../src/scim/http/routes.ts';
import { addSource, type SourceInput } from '../../../src/sources/profileSources.ts';
import type { Anteroom } from '../../support/anteroom.ts';
import { whenDone } from '../../support/cleanup.ts';
import { sendRaw } from '../../support/hostClient.ts';
import { aDomain } from '../../support/rows.ts';
import { type TestDeps, testDeps } from '../../support/testDeps.ts';

/** A resource or a message, as far as the tests read it. */
export type Body = {
  [name: string]: unknown;
  id: string;
  schemas: string[];
  meta: { location: string; version: string; created: string; lastModified: string; resourceType: string };
  userName: string;
  emails: { value: string; type?: string; primary?: boolean }[];
  groups: { value: string; display: string; type: string }[];
  members: { value: string; display: string }[];
  totalResults: number;
  startIndex: number;
  itemsPerPage: number;
  Resources: Body[];
  Operations: { status: string; location?: string; bulkId?: string; response?: Body }[];
  scimType: string;
  detail: string;
  status: string;
};

export type Reply = { status: number; headers: Headers; body: Body; text: string };

export type ScimServer = {
  deps: TestDeps;
  url: string; // where it listens
  baseUrl: string; // in Location, at the domain's address
  token: string;
  sourceId: string;
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Reply>;
};

let servers = 0;

/** Opens the SCIM server in its own Express app, with one profile source. */
export async function openScimServer(store?: Store, source: Partial<SourceInput> = {}): Promise<ScimServer> {
  servers += 1;
  const deps = await testDeps({ ...(store ? { store } : {}), seed: `scim ${servers}` });
  const domain = aDomain({ url: 'https://intranet.acme.com' });
  const app = express();
  app.use((_req, res, next) => {
    res.locals.domain = domain;
    next();
  });
  app.use('/api/v2/scim/v2', scimRoutes(deps));
  const server = createServer({ maxHeaderSize: 128 * 1024 }, app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  whenDone(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/api/v2/scim/v2`;
  const name = store ? `Cloud Directory ${servers}` : 'Cloud Directory'; // names are unique in a store
  const added = await addSource(deps, { name, ...source });
  if (!added.ok) throw new Error('The source was refused');
  const { token } = added.value;
  return {
    deps,
    url,
    baseUrl: `${domain.url}/api/v2/scim/v2`,
    token,
    sourceId: added.value.clientId,
    call: (method, path, body, headers) => call(url + path, token, method, body, headers),
  };
}

/** Adds a profile source to an application. Returns what sends its requests, also to another host than the application's. */
export async function addClient({ deps, url }: Anteroom, name = 'Cloud Directory'): Promise<Pick<ScimServer, 'call'>> {
  const added = await addSource(deps, { name });
  if (!added.ok) throw new Error('The source was refused');
  const { token } = added.value;
  return {
    call: async (method, path, body, headers) => {
      const sent = Object.fromEntries(headersOf(token, headers));
      const raw = { method, headers: sent, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
      const { text, ...reply } = await sendRaw({ url }, `/api/v2/scim/v2${path}`, raw);
      const received = Object.entries(reply.headers).map(([name, value]): [string, string] => [name, String(value)]);
      return { ...reply, headers: new Headers(received), body: text === '' ? {} : JSON.parse(text), text };
    },
  };
}

async function call(
  url: string,
  token: string,
  method: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Reply> {
  const response = await fetch(url, {
    method,
    headers: headersOf(token, headers),
    ...(body === undefined ? {} : bodyOf(body)),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? {} : JSON.parse(text), text };
}

function headersOf(token: string, more: Record<string, string> = {}): Headers {
  const headers = new Headers({ Authorization: `Bearer ${token}`, 'Content-Type': 'application/scim+json' });
  for (const [name, value] of Object.entries(more)) headers.set(name, value);
  return headers;
}

/** Strings, bytes and streams are sent as they are, everything else as JSON. */
function bodyOf(body: unknown): object {
  if (body instanceof ReadableStream) return { body, duplex: 'half' };
  return { body: typeof body === 'string' || body instanceof Buffer ? body : JSON.stringify(body) };
}
