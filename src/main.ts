import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { buildApp } from './app.ts';
import { parseConfig } from './config.ts';
import { ensureFirstDomain } from './federation/domains.ts';
import { sweepJobs } from './jobs/worker.ts';
import { createSetupLink } from './login/firstPowerUser.ts';
import { openDeps } from './openDeps.ts';
import { trimScimLog } from './sources/scimLog.ts';
import { deleteExpired } from './store/expired.ts';

const SWEEP_EVERY_MS = 10 * 60_000;
const STOP_WITHIN_MS = 10_000;
// SCIM filters are in the URL. If one is too long, the client must get a SCIM error, not a bare 431.
const MAX_HEADER_BYTES = 128 * 1024;

await start().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});

async function start(): Promise<void> {
  const config = parseConfig(process.env);
  const deps = await openDeps(config, pino({ level: config.logLevel }));
  await ensureFirstDomain(deps);
  await sweepJobs(deps, 0);
  const server = createServer(
    { requestTimeout: 30_000, headersTimeout: 10_000, maxHeaderSize: MAX_HEADER_BYTES },
    buildApp(deps),
  );
  server.listen(config.port, config.host);
  await once(server, 'listening');
  const sweep = setInterval(() => {
    Promise.all([deleteExpired(deps.store.db, deps.now()), trimScimLog(deps), sweepJobs(deps)]).catch(
      (error: unknown) => deps.log.error({ err: error }, 'expired data could not be deleted'),
    );
  }, SWEEP_EVERY_MS);
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      clearInterval(sweep);
      void stop(server).then(() => deps.store.close());
    });
  process.stdout.write(
    `Anteroom is running at ${config.publicUrl} (port ${(server.address() as AddressInfo).port}).\n`,
  );
  const link = await createSetupLink(deps);
  if (link) process.stdout.write(`Create the first Power User (this link works once): ${link}\n`);
}

/** Lets running requests finish, within a limit. */
async function stop(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  setTimeout(() => server.closeAllConnections(), STOP_WITHIN_MS).unref();
  await closed;
}
