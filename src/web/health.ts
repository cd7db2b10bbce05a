import type { RequestHandler } from 'express';
import type { Deps } from '../deps.ts';
import { checkDatabase } from '../store/settings.ts';

/** Handles `/healthz` at any host: 200 if the database responds, 503 otherwise. */
export function health(deps: Deps): RequestHandler {
  return async (_req, res) => {
    const healthy = await checkDatabase(deps.store.db).then(
      () => true,
      () => false,
    );
    res.setHeader('cache-control', 'no-store');
    res
      .status(healthy ? 200 : 503)
      .type('text/plain')
      .send(healthy ? 'ok\n' : 'the database does not respond\n');
  };
}
