import express, { type RequestHandler } from 'express';
import { listDomains } from '../../src/store/domains.ts';
import { sessions } from '../../src/web/session.ts';
import type { Anteroom } from './anteroom.ts';
import { serve } from './listen.ts';

/**
 * Starts a server with one handler that has the domain, the sessions and so the cookies of an application: for states that no request to the
 * application itself can reach.
 */
export async function behindSession({ deps }: Anteroom, handler: RequestHandler): Promise<{ url: string }> {
  const [domain] = await listDomains(deps.store.db);
  const app = express();
  app.use((_req, res, next) => {
    Object.assign(res.locals, { domain });
    next();
  });
  app.use(sessions(deps), handler);
  return { url: await serve(app) };
}
