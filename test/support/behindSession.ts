import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type RequestHandler } from 'express';
import { listDomains } from '../../src/store/domains.ts';
import { sessions } from '../../src/web/session.ts';
import type { Anteroom } from './anteroom.ts';
import { whenDone } from './cleanup.ts';

/**
 * A server of one handler that has the domain and the sessions of an application, whose cookies it shares:
 * for moments that no request to the application itself can be made to meet.
 */
export async function behindSession({ deps }: Anteroom, handler: RequestHandler): Promise<{ url: string }> {
  const [domain] = await listDomains(deps.store.db);
  const app = express();
  app.use((_req, res, next) => {
    Object.assign(res.locals, { domain });
    next();
  });
  app.use(sessions(deps), handler);
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  whenDone(
    () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  );
  return { url: `http://localhost:${(server.address() as AddressInfo).port}` };
}
