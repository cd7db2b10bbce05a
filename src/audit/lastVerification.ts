import type { Deps } from '../deps.ts';
import { findSetting, writeSetting } from '../store/settings.ts';
import type { Verification } from './verification.ts';
import { verifyAudit } from './verify.ts';

/** The last verification that was started on the screen: its result, or why there is none. */
export type LastVerification = {
  startedAt: number; // epoch milliseconds
  state: 'running' | 'done' | 'interrupted';
  result?: Verification;
};

const SETTING = 'auditVerification';
const LONGEST_MS = 3_600_000;

/** Returns the last verification, or undefined if there was none. */
export async function readLastVerification({
  store,
  now,
}: Pick<Deps, 'store' | 'now'>): Promise<LastVerification | undefined> {
  const last = (await findSetting(store.db, SETTING)) as LastVerification | undefined;
  const isLost = last?.state === 'running' && now() - last.startedAt > LONGEST_MS; // with the process that ran it
  return isLost ? { ...last, state: 'interrupted' } : last;
}

/** Starts to verify the audit log in the background, unless this is under way. Its result is kept for the screen. */
export async function startVerification(deps: Deps): Promise<void> {
  const { db } = deps.store;
  if ((await readLastVerification(deps))?.state === 'running') return;
  const started: LastVerification = { startedAt: deps.now(), state: 'running' };
  await writeSetting(db, SETTING, started);
  deps.background.add(verifyAndKeep(deps, started));
}

async function verifyAndKeep(deps: Deps, started: LastVerification): Promise<void> {
  try {
    const result = await verifyAudit(untilStopped(deps));
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
