import type { Deps } from '../deps.ts';
import type { HealthCode } from '../health/item.ts';
import { type HealthCause, listCauses, updateCause } from '../store/healthCauses.ts';
import { findProvider } from '../store/identityProviders.ts';
import { composeForProvider, composeNotification } from './compose.ts';
import { contactsOf } from './contacts.ts';
import { senderOf, sendRecorded } from './mailer.ts';
import { type NotificationSettings, readNotifications } from './settings.ts';
import { isMailDue, stageOf } from './stages.ts';
import { trackCauses } from './track.ts';
import { endTurn, type Turn, takeTurn, turnAfter } from './turn.ts';

/** How often each server calls notify, in milliseconds. */
export const NOTIFY_EVERY_MS = 60_000;

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
    if (settings.active && turn.mailAfter <= deps.now()) next = await mailDue(deps, settings, turn);
  } finally {
    await endTurn(deps, turn, next);
  }
}

/** Sends a mail about what is due. That mails fail is not among it: a mail that arrives would say so when it is over. */
async function mailDue(deps: Deps, settings: NotificationSettings, turn: Turn): Promise<Turn> {
  const now = deps.now();
  const causes = await listCauses(deps.store.db);
  const due = causes.filter((cause) => cause.code !== ('mail_failing' satisfies HealthCode) && isMailDue(cause, now));
  if (due.length === 0) return turn;
  const mail = composeNotification(await senderOf(deps), settings.recipients, due);
  const result = await sendRecorded(deps, settings, 'notification', mail);
  if (!result.ok) {
    deps.log.warn({ reason: result.error }, 'notification could not be sent');
    return turnAfter(turn, false, now);
  }
  await markMailed(deps, due, now);
  await tellProviders(deps, settings, due);
  return turnAfter(turn, true, now);
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
