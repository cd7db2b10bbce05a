import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { whenDone } from './cleanup.ts';

/** Starts a server on a free port that handles requests, or always sends the same body. Returns its URL; it stops after the test. */
export function serve(answer: RequestListener | string | Buffer): Promise<string> {
  return listen(createServer(typeof answer === 'function' ? answer : (_req, res) => res.end(answer)));
}

/** Makes a server listen on a free port, and closes it after the test. Returns its URL, with https for TLS servers. */
export async function listen(server: Server, scheme = 'http'): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  whenDone(
    () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  );
  return `${scheme}://localhost:${(server.address() as AddressInfo).port}`;
}
