import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { buildApp } from './app.ts';
import { CHECKPOINT_EVERY_MS, makeCheckpoint, makeDueCheckpoint } from './audit/makeCheckpoint.ts';
import { trimAudit } from './audit/retention.ts';
import { SEAL_EVERY_MS, sealEntries, warnOfUnsealed } from './audit/seal.ts';
import { FORWARD_EVERY_MS, forwardAudit } from './audit/syslog/forward.ts';
import { parseConfig } from './config.ts';
import type { Deps } from './deps.ts';
import { takeEnvFile, withEnvFile } from './envFile.ts';
import { ensureFirstDomain } from './federation/domains.ts';
import { REFRESH_EVERY_MS, refreshDue } from './federation/refreshMetadata.ts';
import { FLUSH_EVERY_MS, flushTraffic } from './federation/traffic.ts';
import { deleteOldJobs, TAKE_OVER_EVERY_MS, takeOverJobs } from './jobs/worker.ts';
import { createSetupLink } from './login/firstPowerUser.ts';
import { NOTIFY_EVERY_MS, notify } from './notifications/notify.ts';
import { openDeps } from './openDeps.ts';
import { readIntranetSettings } from './people/intranetSettings.ts';
import { createStoppableServer, listen, type StoppableServer, stopLimits } from './server.ts';
import { trimScimLog } from './sources/scimLog.ts';
import { deleteExpired } from './store/expired.ts';
import { DELIVER_EVERY_MS, deliverEvents } from './webhooks/worker.ts';

const SWEEP_EVERY_MS = 10 * 60_000;

const signals = ['SIGINT', 'SIGTERM'] as const;

await start().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});

async function start(): Promise<void> {
  const { args, file } = takeEnvFile(process.argv.slice(2));
  if (args.length > 0)
    throw new Error(`Unknown argument: ${args[0]}. The server takes --env-file FILE and nothing else.`);
  const config = parseConfig(withEnvFile(process.env, file));
  const deps = await openDeps(config, pino({ level: config.logLevel }));
  const url = await ensureFirstDomain(deps);
  const stoppable = createStoppableServer(buildApp(deps), deps.background);
  const { server } = stoppable;
  await listen(server, config.port, config.host);
  onSignal(() => void stop(deps, stoppable));
  repeatWork(deps);
  process.stdout.write(`Anteroom is running at ${url} (port ${(server.address() as AddressInfo).port}).\n`);
  if (url !== config.publicUrl)
    process.stdout.write(
      `PUBLIC_URL is ${config.publicUrl}, but the domain of this host is ${url}. Set PUBLIC_URL to it.\n`,
    );
  const link = await createSetupLink(deps);
  if (link) process.stdout.write(`Create the first Power User (this link works once): ${link}\n`);
}

/** Does what has to be done from time to time. Where the database is away, readiness says so, and the next time does it. */
function repeatWork(deps: Deps): void {
  const { background, log } = deps;
  background.repeat(TAKE_OVER_EVERY_MS, () =>
    takeOverJobs(deps).catch((error: unknown) => log.debug({ err: error }, 'jobs could not be taken over')),
  );
  background.repeat(SEAL_EVERY_MS, () => seal(deps));
  background.repeat(CHECKPOINT_EVERY_MS, () => checkpoint(deps));
  background.repeat(FORWARD_EVERY_MS, () =>
    forwardAudit(deps).catch((error: unknown) => log.debug({ err: error }, 'audit log could not be read for syslog')),
  );
  background.repeat(DELIVER_EVERY_MS, () =>
    deliverEvents(deps).catch((error: unknown) => log.debug({ err: error }, 'webhooks could not be read')),
  );
  background.repeat(REFRESH_EVERY_MS, () =>
    refreshDue(deps).catch((error: unknown) => log.error({ err: error }, 'metadata could not be refreshed')),
  );
  background.repeat(FLUSH_EVERY_MS, () => flushTraffic(deps));
  background.repeat(NOTIFY_EVERY_MS, () =>
    notify(deps).catch((error: unknown) => log.warn({ err: error }, 'notifications interrupted, will resume')),
  );
  background.repeat(SWEEP_EVERY_MS, async () => {
    await Promise.all([sweep(deps), trimScimLog(deps), deleteOldJobs(deps), trimAudit(deps)]).catch((error: unknown) =>
      log.error({ err: error }, 'expired data could not be deleted'),
    );
  });
}

/** What cannot be sealed now is sealed later, at the latest after the next start. */
async function seal(deps: Deps): Promise<void> {
  await sealEntries(deps).catch((error: unknown) =>
    deps.log.debug({ err: error }, 'audit entries could not be sealed'),
  );
}

async function checkpoint(deps: Deps): Promise<void> {
  await Promise.all([makeDueCheckpoint(deps), warnOfUnsealed(deps)]).catch((error: unknown) =>
    deps.log.warn({ err: error }, 'audit checkpoint could not be made'),
  );
}

async function sweep({ store, config, now }: Deps): Promise<void> {
  const { messageDays } = await readIntranetSettings(store.db);
  await deleteExpired(store.db, now(), { activity: config.loginActivityDays, messages: messageDays });
}

/** Calls a function at the first signal to stop. A second signal ends the process at once. */
function onSignal(handle: () => void): void {
  const first = () => {
    for (const signal of signals) process.off(signal, first);
    handle();
  };
  for (const signal of signals) process.on(signal, first);
}

/** Lets requests under way finish, writes what is queued, closes the database and exits, all within a limit. */
async function stop(deps: Deps, server: StoppableServer): Promise<void> {
  const { background, store, log } = deps;
  setTimeout(() => {
    log.error('could not stop in time');
    process.exit(1);
  }, stopLimits.everything);
  background.stop();
  await server.close();
  await flushTraffic(deps);
  await background.finished();
  await seal(deps);
  await makeCheckpoint(deps).catch((error: unknown) => log.warn({ err: error }, 'audit checkpoint could not be made'));
  await store.close();
  process.exit();
}
