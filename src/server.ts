import { once } from 'node:events';
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { Server as NetServer, type Socket } from 'node:net';
import type { Background } from './background.ts';

// SCIM filters are in the URL. If one is too long, the client must get a SCIM error, not a bare 431.
const MAX_HEADER_BYTES = 128 * 1024;
const IDLE_GRACE_MS = 500;

/** How long stopping may wait, in milliseconds: for requests under way, and for everything together. */
export const stopLimits = { requests: 10_000, everything: 15_000 };

/** An HTTP server that can stop without cutting a request. */
export type StoppableServer = {
  server: Server;
  /** Refuses new connections, lets requests under way finish, and settles when no connection is left. */
  close(limitMs?: number): Promise<void>;
};

type Open = { server: Server; sockets: Set<Socket>; responses: Set<ServerResponse> };

/** Listens on a port. @throws an Error with a sentence if the port cannot be used */
export async function listen(server: Server, port: number, host: string): Promise<void> {
  server.listen(port, host);
  await once(server, 'listening').catch((error: NodeJS.ErrnoException) => {
    throw new Error(listenFaults[error.code ?? '']?.(port, host) ?? error.message, { cause: error });
  });
}

const listenFaults: Record<string, (port: number, host: string) => string> = {
  EADDRINUSE: (port) => `Port ${port} is already in use. Stop the program that uses it, or set PORT to another one.`,
  EACCES: (port) => `Port ${port} may not be used by this account. Set PORT to 1024 or above.`,
  EADDRNOTAVAIL: (_, host) => `This machine does not have the address ${host}. Set HOST to one of its own.`,
};

/**
 * Creates the server of an application. Once `background` is stopping, every response says `Connection: close`, including those to requests
 * that arrived earlier.
 */
export function createStoppableServer(app: RequestListener, { stopping }: Background): StoppableServer {
  const server = createServer({
    requestTimeout: 30_000,
    headersTimeout: 10_000,
    connectionsCheckingInterval: 5_000,
    maxHeaderSize: MAX_HEADER_BYTES,
  });
  const open: Open = { server, sockets: new Set(), responses: new Set() };
  const { sockets, responses } = open;
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('request', (_req, res) => {
    if (stopping.aborted) res.shouldKeepAlive = false;
    responses.add(res);
    res.once('close', () => responses.delete(res));
  });
  server.on('request', app);
  stopping.addEventListener('abort', () => {
    for (const response of responses) response.shouldKeepAlive = false;
  });
  return { server, close: (limitMs = stopLimits.requests) => close(open, limitMs) };
}

/**
 * An idle connection may already carry its next request, so it is closed only after some time without one. The close() of http.Server would
 * cut it at once. A connection that never sent anything, which browsers open in advance, has no timeout yet.
 */
async function close(open: Open, limitMs: number): Promise<void> {
  const { server, sockets, responses } = open;
  server.keepAliveTimeout = IDLE_GRACE_MS;
  const busy = new Set([...responses].map(({ socket }) => socket));
  for (const socket of sockets) if (socket.bytesRead > 0 && !busy.has(socket)) socket.setTimeout(IDLE_GRACE_MS);
  const grace = setTimeout(() => {
    for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
  }, IDLE_GRACE_MS);
  const limit = setTimeout(() => server.closeAllConnections(), limitMs);
  await new Promise<void>((resolve) => NetServer.prototype.close.call(server, () => resolve()));
  for (const timer of [grace, limit]) clearTimeout(timer);
}
