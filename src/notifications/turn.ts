import type { Db } from '../db/open.ts';
import type { Deps } from '../deps.ts';
import { addSetting, findSetting, replaceSetting, writeSetting } from '../store/settings.ts';

const SETTING = 'notificationTurn';
const LEASE_MS = 5 * 60_000;
const MINUTE_MS = 60_000;

/** The pauses after failures in a row; afterwards, the last one counts. */
const PAUSES_MS = [5, 15, 60, 240].map((minutes) => minutes * MINUTE_MS);

/** Which of several servers works on notifications: none other does before `until`, and no mail is sent before `mailAfter`, because the last ones failed. */
export type Turn = { until: number; failures: number; mailAfter: number };

const firstTurn: Turn = { until: 0, failures: 0, mailAfter: 0 };

/** Takes the turn if no server has it. One that stopped in the middle loses it after five minutes. */
export async function takeTurn({ store, now }: Deps): Promise<Turn | undefined> {
  const known = await readTurn(store.db);
  if (!known) await addSetting(store.db, SETTING, firstTurn);
  const before = known ?? firstTurn;
  if (before.until > now()) return undefined;
  const taken = { ...before, until: now() + LEASE_MS };
  return (await replaceSetting(store.db, SETTING, before, taken)) ? taken : undefined;
}

/** Gives the turn back, unless it was lost. */
export async function endTurn({ store }: Deps, taken: Turn, after: Turn): Promise<void> {
  await replaceSetting(store.db, SETTING, taken, { ...after, until: 0 });
}

/** Returns the turn after a mail: a failure in a row makes the next pause longer. */
export function turnAfter(turn: Turn, isSent: boolean, now: number): Turn {
  if (isSent) return { ...turn, failures: 0, mailAfter: 0 };
  const pause = PAUSES_MS[turn.failures] ?? Math.max(...PAUSES_MS);
  return { ...turn, failures: turn.failures + 1, mailAfter: now + pause };
}

/** Forgets that mails could not be sent: the settings are others now, and are tried at the next turn. */
export async function forgetFailures(db: Db): Promise<void> {
  const turn = await readTurn(db);
  if (turn) await writeSetting(db, SETTING, { ...turn, failures: 0, mailAfter: 0 });
}

async function readTurn(db: Db): Promise<Turn | undefined> {
  return (await findSetting(db, SETTING)) as Turn | undefined;
}
