import type { Db } from '../db/open.ts';
import type { SentMailRow } from '../db/schema.ts';

/** A mail that was sent, or was to be. */
export type SentMail = Omit<SentMailRow, 'kind' | 'state'> & {
  kind: 'notification' | 'provider' | 'test' | 'password' | 'login';
  state: 'sending' | 'sent' | 'failed';
};

/** Records that a mail is about to be sent. */
export async function insertMail(db: Db, mail: Omit<SentMail, 'state' | 'error'>): Promise<void> {
  await db
    .insertInto('sentMails')
    .values({ ...mail, state: 'sending', error: null })
    .execute();
}

/** Records the result of a mail. */
export async function writeMailResult(db: Db, id: string, result: Pick<SentMail, 'state' | 'error'>): Promise<void> {
  await db.updateTable('sentMails').set(result).where('id', '=', id).execute();
}

/** Lists the latest mails, the newest first. */
export async function listMails(db: Db, limit: number): Promise<SentMail[]> {
  return (await db.selectFrom('sentMails').selectAll().orderBy('id', 'desc').limit(limit).execute()) as SentMail[];
}

/** Returns the latest mail of some kinds whose result is known. */
export async function findLatestMail(db: Db, kinds: SentMail['kind'][]): Promise<SentMail | undefined> {
  const known = db.selectFrom('sentMails').selectAll().where('kind', 'in', kinds).where('state', '!=', 'sending');
  return (await known.orderBy('id', 'desc').limit(1).executeTakeFirst()) as SentMail | undefined;
}

/** Lists the mails to an address, the newest first. */
export async function findMailsTo(db: Db, address: string): Promise<SentMail[]> {
  const all = await db.selectFrom('sentMails').selectAll().orderBy('id', 'desc').execute();
  return (all as SentMail[]).filter(({ recipients }) =>
    recipients.toLowerCase().split(', ').includes(address.toLowerCase()),
  );
}

/** Takes the recipients out of some mails. */
export async function eraseRecipients(db: Db, ids: string[]): Promise<void> {
  if (ids.length > 0)
    await db.updateTable('sentMails').set({ recipients: 'erased', subject: 'erased' }).where('id', 'in', ids).execute();
}
