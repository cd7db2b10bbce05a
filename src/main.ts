import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { buildApp } from './app.ts';
import { parseConfig } from './config.ts';
import { ensureFirstDomain } from './federation/domains.ts';
import { sweepJobs } from './jobs/jobs.ts';
import { makeSetupLink } from './login/firstPowerUser.ts';
import { openDeps } from './openDeps.ts';
import { trimScimLog } from './sources/scimLogRetention.ts';
import { deleteExpired } from './store/expired.ts';

const SWEEP_EVERY_MS = 10 * 60_000;
const STOP_WITHIN_MS = 10_000;
// A SCIM client puts its filter into the address; what is too long gets the answer of the SCIM server and not a bare 431.
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
      (error: unknown) => deps.log.error({ err: error }, 'sweep failed'),
    );
  }, SWEEP_EVERY_MS);
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      clearInterval(sweep);
      void stop(server).then(() => deps.store.close());
    });
  process.stdout.write(`Anteroom answers at ${config.publicUrl} (port ${(server.address() as AddressInfo).port}).\n`);
  const link = await makeSetupLink(deps);
  if (link) process.stdout.write(`Make the first Power User here, once: ${link}\n`);
}

/** Lets requests that are under way finish, but not for ever. */
async function stop(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  setTimeout(() => server.closeAllConnections(), STOP_WITHIN_MS).unref();
  await closed;
}
