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

type Work = (deps: Deps) => Promise<unknown>;

/**
 * What has to be done from time to time: how often, in milliseconds, and what the log says, at which level, if it fails. The next time does
 * it then. Where the database is away, readiness says so.
 */
const repeated: [everyMs: number, work: Work, level: 'debug' | 'warn' | 'error', failure: string][] = [
  [TAKE_OVER_EVERY_MS, takeOverJobs, 'debug', 'jobs could not be taken over'],
  [SEAL_EVERY_MS, sealEntries, 'debug', 'audit entries could not be sealed'],
  [CHECKPOINT_EVERY_MS, checkpoint, 'warn', 'audit checkpoint could not be made'],
  [FORWARD_EVERY_MS, forwardAudit, 'debug', 'audit log could not be read for syslog'],
  [DELIVER_EVERY_MS, deliverEvents, 'debug', 'webhooks could not be read'],
  [REFRESH_EVERY_MS, refreshDue, 'error', 'metadata could not be refreshed'],
  [FLUSH_EVERY_MS, flushTraffic, 'debug', 'login traffic could not be written'],
  [NOTIFY_EVERY_MS, notify, 'warn', 'notifications interrupted, will resume'],
  [SWEEP_EVERY_MS, sweep, 'error', 'expired data could not be deleted'],
];

function checkpoint(deps: Deps): Promise<unknown> {
  return Promise.all([makeDueCheckpoint(deps), warnOfUnsealed(deps)]);
}

async function sweep(deps: Deps): Promise<void> {
  const { messageDays } = await readIntranetSettings(deps.store.db);
  const days = { activity: deps.config.loginActivityDays, messages: messageDays };
  const expired = deleteExpired(deps.store.db, deps.now(), days);
  await Promise.all([expired, trimScimLog(deps), deleteOldJobs(deps), trimAudit(deps)]);
}

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
  for (const [everyMs, work, level, failure] of repeated)
    deps.background.repeat(everyMs, () =>
      work(deps).catch((error: unknown) => deps.log[level]({ err: error }, failure)),
    );
  process.stdout.write(`Anteroom is running at ${url} (port ${(server.address() as AddressInfo).port}).\n`);
  if (url !== config.publicUrl)
    process.stdout.write(
      `PUBLIC_URL is ${config.publicUrl}, but the domain of this host is ${url}. Set PUBLIC_URL to it.\n`,
    );
  const link = await createSetupLink(deps);
  if (link) process.stdout.write(`Create the first Power User (this link works once): ${link}\n`);
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
  // What cannot be sealed now is sealed after the next start.
  await sealEntries(deps).catch((error: unknown) => log.debug({ err: error }, 'audit entries could not be sealed'));
  await makeCheckpoint(deps).catch((error: unknown) => log.warn({ err: error }, 'audit checkpoint could not be made'));
  await store.close();
  process.exit();
}
