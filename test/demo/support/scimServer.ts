import type { IncomingMessage, ServerResponse } from 'node:http';
import { serve } from '../../support/listen.ts';

export type Call = { method: string; path: string; body: unknown };
type Stored = Record<string, unknown> & { id: string };

export type ScimServer = {
  baseUrl: string;
  token: string;
  calls: Call[]; // since the last `take`
  users: Map<string, Stored>;
  groups: Map<string, Stored>;
  failing: { status: number } | undefined; // if set, every call gets this status
  take: () => Call[];
};

/** Starts a SCIM server that records calls and stores resources but ignores PATCH, which is enough to test a client. */
export async function startScimServer(): Promise<ScimServer> {
  const scim: ScimServer = {
    baseUrl: '',
    token: 'token-1',
    calls: [],
    users: new Map(),
    groups: new Map(),
    failing: undefined,
    take: () => scim.calls.splice(0),
  };
  let created = 0;
  const url = await serve(async (req, res) => {
    const body = await readBody(req);
    const called = new URL(req.url ?? '/', 'http://scim.test');
    const [, , type = '', id = ''] = called.pathname.split('/');
    const method = req.method ?? '';
    scim.calls.push({ method, path: decodeURIComponent(called.pathname.slice(5) + called.search), body });
    if (req.headers.authorization !== `Bearer ${scim.token}`) return send(res, 401, { detail: 'Unknown token.' });
    if (scim.failing) return send(res, scim.failing.status, { detail: 'Out of order.' });
    const store = type === 'Users' ? scim.users : scim.groups;
    if (method === 'GET') return send(res, 200, listOf(store, called));
    if (method === 'POST') {
      created += 1;
      const stored = { ...(body as object), id: `${type.toLowerCase()}-${created}` };
      store.set(stored.id, stored);
      return send(res, 201, stored);
    }
    if (!store.has(id)) return send(res, 404, { detail: 'No such resource.' });
    if (method === 'DELETE') store.delete(id);
    send(res, method === 'DELETE' ? 204 : 200, method === 'DELETE' ? undefined : store.get(id));
  });
  scim.baseUrl = `${url}/scim`;
  return scim;
}

function listOf(store: Map<string, Stored>, url: URL) {
  const [, attribute = '', value] = /^(\w+) eq "(.*)"$/.exec(url.searchParams.get('filter') ?? '') ?? [];
  const all = [...store.values()].filter((one) => value === undefined || one[attribute] === value);
  const start = Number(url.searchParams.get('startIndex') ?? 1);
  const count = Number(url.searchParams.get('count') ?? 100);
  return { totalResults: all.length, startIndex: start, Resources: all.slice(start - 1, start - 1 + count) };
}

function send(res: ServerResponse, status: number, body: unknown): void {
  res.writeHead(status, { 'content-type': 'application/scim+json' });
  res.end(body === undefined ? undefined : JSON.stringify(body));
}

async function readBody(req: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString('utf8');
  return text ? JSON.parse(text) : undefined;
}
