import type { RequestHandler } from 'express';
import type { Deps } from '../deps.ts';
import { checkDatabase } from '../store/settings.ts';

/** Handles `/healthz` at any host: 200 if this server takes requests, 503 if it is stopping or the database does not respond. */
export function health(deps: Deps): RequestHandler {
  return async (_req, res) => {
    const fault = await findFault(deps);
    res.setHeader('cache-control', 'no-store');
    res
      .status(fault === undefined ? 200 : 503)
      .type('text/plain')
      .send(`${fault ?? 'ok'}\n`);
  };
}

/** Returns why this server takes no requests, or undefined. */
async function findFault({ background, store }: Deps): Promise<string | undefined> {
  if (background.stopping.aborted) return 'the server is stopping';
  return checkDatabase(store.db).then(
    () => undefined,
    () => 'the database does not respond',
  );
}
