import type { RequestHandler } from 'express';
import type { Store } from '../db/open.ts';
import type { Deps } from '../deps.ts';
import { checkDatabase, checkWrites } from '../store/settings.ts';

const CHECK_WITHIN_MS = 2_000;
const NO_RESPONSE = 'the database does not respond';

/** Handles `/healthz` at any host: 200 as long as the process responds. It queries nothing, so a lost database restarts no server. */
export const liveness: RequestHandler = (_req, res) => {
  res.setHeader('cache-control', 'no-store');
  res.type('text/plain').send('ok\n');
};

/** Handles `/readyz` at any host: 200 if this server takes requests, 503 if it is stopping or something is wrong with the database. */
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
  const timer = setTimeout(() => limit.resolve(NO_RESPONSE), CHECK_WITHIN_MS);
  const checked = checkStore(store).catch(() => store.fault() ?? NO_RESPONSE);
  return Promise.race([checked, limit.promise]).finally(() => clearTimeout(timer));
}

/** A fault is over once the database stores something. While this server is not ready, nobody else may try. */
async function checkStore(store: Store): Promise<string | undefined> {
  await checkDatabase(store.db);
  if (store.fault() === undefined) return undefined;
  await checkWrites(store.db);
  store.recovered();
  return store.fault();
}
