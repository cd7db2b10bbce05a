import type { Deps } from '../deps.ts';
import { newId } from '../identifier.ts';
import { readIntranetSettings } from '../people/intranetSettings.ts';
import { insertMail, type SentMail, writeMailResult } from '../store/sentMails.ts';
import { composeTest, type Sender } from './compose.ts';
import { type Mail, type MailResult, sendMail } from './sendMail.ts';
import { type NotificationSettings, readNotifications } from './settings.ts';

/** Returns who sends: the intranet. */
export async function senderOf({ store, config }: Deps): Promise<Sender> {
  return { name: (await readIntranetSettings(store.db)).name, url: config.publicUrl };
}

/**
 * Sends a mail and records its result. It is recorded before it is sent, so that nothing is sent while the result could not be recorded.
 * @throws DatabaseFault, or the reason to stop
 */
export async function sendRecorded(
  deps: Deps,
  settings: NotificationSettings,
  kind: SentMail['kind'],
  mail: Mail,
): Promise<MailResult> {
  const { db } = deps.store;
  const id = newId(deps);
  const { name } = await senderOf(deps);
  await insertMail(db, { id, at: deps.now(), kind, recipients: mail.to.join(', '), subject: mail.subject });
  const result = await sendMail(deps, settings, mail, { name });
  await writeMailResult(db, id, { state: result.ok ? 'sent' : 'failed', error: errorOf(result) });
  return result;
}

/** Sends a test mail with the saved settings, also if notifications are off. */
export async function sendTestMail(deps: Deps): Promise<MailResult> {
  const settings = await readNotifications(deps.store.db);
  const { host, from, recipients } = settings;
  if (host === '' || from === '' || recipients.length === 0)
    return { ok: false, error: 'Enter a server, a sender and at least one recipient first.' };
  return sendRecorded(deps, settings, 'test', composeTest(await senderOf(deps), recipients));
}

function errorOf(result: MailResult): string | null {
  if (!result.ok) return result.error;
  return result.refused.length === 0 ? null : `Refused by the server: ${result.refused.join(', ')}`;
}
