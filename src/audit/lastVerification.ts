import type { Deps } from '../deps.ts';
import { findSetting, writeSetting } from '../store/settings.ts';
import type { Verification } from './verification.ts';
import { type VerifyOptions, verifyAudit } from './verify.ts';

/** The last verification that was started on the screen, or by retention: what it was given, and its result or why there is none. */
export type LastVerification = {
  startedAt: number; // epoch milliseconds
  given?: VerifyOptions;
  state: 'running' | 'done' | 'interrupted';
  result?: Verification; // of an earlier one, unless it is done
};

const SETTING = 'auditVerification';
const LONGEST_MS = 3_600_000;

/** Returns the last verification, or undefined if there was none. */
export async function readLastVerification({
  store,
  now,
}: Pick<Deps, 'store' | 'now'>): Promise<LastVerification | undefined> {
  const last = (await findSetting(store.db, SETTING)) as LastVerification | undefined;
  const isLost = last?.state === 'running' && Math.abs(now() - last.startedAt) > LONGEST_MS; // with the process that ran it
  return isLost ? { ...last, state: 'interrupted' } : last;
}

/** Starts to verify the audit log in the background, unless this is under way. Its result is kept for the screen and for Needs attention. */
export async function startVerification(deps: Deps, given: VerifyOptions = {}): Promise<void> {
  if ((await readLastVerification(deps))?.state === 'running') return;
  deps.background.add(verifyAndKeep(deps, await keepStart(deps, given)));
}

/** Verifies the audit log and keeps the result, unless faults are known already, or a verification is under way. */
export async function keepFaults(deps: Deps): Promise<void> {
  const last = await readLastVerification(deps);
  if (last?.state !== 'running' && !last?.result?.faultCount) await verifyAndKeep(deps, await keepStart(deps, {}));
}

/** Until there is another one, the result of the verification before counts. */
async function keepStart(deps: Deps, given: VerifyOptions): Promise<LastVerification> {
  const { result } = (await readLastVerification(deps)) ?? {};
  const started: LastVerification = { startedAt: deps.now(), given, state: 'running', ...(result && { result }) };
  await writeSetting(deps.store.db, SETTING, started);
  return started;
}

async function verifyAndKeep(deps: Deps, started: LastVerification): Promise<void> {
  try {
    const result = await verifyAudit(untilStopped(deps), started.given);
    await writeSetting(deps.store.db, SETTING, { ...started, state: 'done', result } satisfies LastVerification);
  } catch (error) {
    if (!deps.background.stopping.aborted) deps.log.error({ err: error }, 'audit log could not be verified');
    const interrupted: LastVerification = { ...started, state: 'interrupted' };
    await writeSetting(deps.store.db, SETTING, interrupted).catch(() => {}); // the database may be what failed
  }
}

/** A server that stops does not wait for a log of any length. */
function untilStopped({ store, background, secrets, now }: Deps): Pick<Deps, 'store' | 'secrets' | 'now'> {
  const longRead: typeof store.longRead = (read) =>
    store.longRead((slice) =>
      read((part) => {
        background.stopping.throwIfAborted();
        return slice(part);
      }),
    );
  return { store: { ...store, longRead }, secrets, now };
}
