import type { RequestHandler } from 'express';
import type { Deps } from '../deps.ts';
import { checkDatabase } from '../store/settings.ts';

const CHECK_WITHIN_MS = 2_000;

/** Handles `/healthz` at any host: 200 as long as the process responds. It queries nothing, so a lost database restarts no server. */
export const liveness: RequestHandler = (_req, res) => {
  res.setHeader('cache-control', 'no-store');
  res.type('text/plain').send('ok\n');
};

/** Handles `/readyz` at any host: 200 if this server takes requests, 503 if it is stopping or the database does not respond in time. */
export function readiness(deps: Deps): RequestHandler {
  let check: Promise<string | undefined> | undefined;
  return async (_req, res) => {
    // Requests at the same time share one check, so that their number costs the database nothing.
    check ??= findFault(deps).finally(() => {
      check = undefined;
    });
    const fault = await check;
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
  const limit = Promise.withResolvers<string>();
  const timer = setTimeout(() => limit.resolve('the database does not respond'), CHECK_WITHIN_MS);
  const checked = checkDatabase(store.db).then(
    () => undefined,
    () => 'the database does not respond',
  );
  return Promise.race([checked, limit.promise]).finally(() => clearTimeout(timer));
}
