import type { Deps } from '../deps.ts';
import { type HealthCause, listCauses, updateCause } from '../store/healthCauses.ts';
import { findProvider } from '../store/identityProviders.ts';
import { addSetting, findSetting, replaceSetting } from '../store/settings.ts';
import { composeForProvider, composeNotification } from './compose.ts';
import { contactsOf } from './contacts.ts';
import { senderOf, sendRecorded } from './mailer.ts';
import { type NotificationSettings, readNotifications } from './settings.ts';
import { isMailDue, stageOf } from './stages.ts';
import { trackCauses } from './track.ts';

/** How often each server calls notify, in milliseconds. */
export const NOTIFY_EVERY_MS = 60_000;

const LEASE_MS = 5 * 60_000;
const MINUTE_MS = 60_000;

/** The pauses after failures in a row; afterwards, the last one counts. */
const PAUSES_MS = [5, 15, 60, 240].map((minutes) => minutes * MINUTE_MS);

const SETTING = 'notificationTurn';

/** Whose turn it is: nobody works on it after `until`, and no mail is sent before `mailAfter`, because the last ones failed. */
type Turn = { until: number; failures: number; mailAfter: number };

const firstTurn: Turn = { until: 0, failures: 0, mailAfter: 0 };

/** Sends out what started to need attention, comes nearer or is over. Of several servers, one does. Does nothing if neither a mail nor a webhook is set up. */
export async function notify(deps: Deps): Promise<void> {
  const settings = await readNotifications(deps.store.db);
  const isWanted = [...deps.webhooks.wanted].some((type) => type.startsWith('attention.'));
  if (!settings.active && !isWanted) return;
  const turn = await takeTurn(deps);
  if (!turn) return;
  let next = turn;
  try {
    await trackCauses(deps);
    if (settings.active && turn.mailAfter <= deps.now()) next = { ...turn, ...(await mailDue(deps, settings, turn)) };
  } finally {
    await replaceSetting(deps.store.db, SETTING, turn, { ...next, until: 0 });
  }
}

/** Takes the turn if no server has it. One that stopped in the middle loses it after five minutes. */
async function takeTurn({ store, now }: Deps): Promise<Turn | undefined> {
  const known = (await findSetting(store.db, SETTING)) as Turn | undefined;
  if (!known) await addSetting(store.db, SETTING, firstTurn);
  const before = known ?? firstTurn;
  if (before.until > now()) return undefined;
  const taken = { ...before, until: now() + LEASE_MS };
  return (await replaceSetting(store.db, SETTING, before, taken)) ? taken : undefined;
}

async function mailDue(deps: Deps, settings: NotificationSettings, { failures }: Turn): Promise<Partial<Turn>> {
  const now = deps.now();
  const due = (await listCauses(deps.store.db)).filter((cause) => isMailDue(cause, now));
  if (due.length === 0) return {};
  const mail = composeNotification(await senderOf(deps), settings.recipients, due);
  const result = await sendRecorded(deps, settings, 'notification', mail);
  if (!result.ok) {
    deps.log.warn({ reason: result.error }, 'notification could not be sent');
    return { failures: failures + 1, mailAfter: now + (PAUSES_MS[failures] ?? Math.max(...PAUSES_MS)) };
  }
  await markMailed(deps, due, now);
  await tellProviders(deps, settings, due);
  return { failures: 0, mailAfter: 0 };
}

/** Marks the stage that the mail told of. If the process stops before, the mail is sent once more. */
async function markMailed({ store }: Deps, causes: HealthCause[], now: number): Promise<void> {
  await store.db.transaction().execute(async (trx) => {
    for (const cause of causes) await updateCause(trx, cause, { mailedAs: stageOf(cause, now), mailedAt: now });
  });
}

/** A mail to a provider is not repeated: its result is in the log, and the recipients of the settings know of the matter. */
async function tellProviders(deps: Deps, settings: NotificationSettings, causes: HealthCause[]): Promise<void> {
  const sender = await senderOf(deps);
  for (const id of settings.providerIds) {
    const own = causes.filter(({ providerId }) => providerId === id);
    const provider = own.length > 0 ? await findProvider(deps.store.db, id) : undefined;
    const contacts = provider ? contactsOf(provider) : [];
    if (provider && contacts.length > 0)
      await sendRecorded(deps, settings, 'provider', composeForProvider(sender, contacts, provider.entityId, own));
  }
}
