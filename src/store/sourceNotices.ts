import { sql } from 'kysely';
import type { Db } from '../db/open.ts';
import { changesOne } from '../db/query.ts';

/** What was left out of a source's requests, or refused, because of its rights or because it does not exist here. */
export const noticeKinds = [
  'powerUserGrant',
  'powerUserChange',
  'password',
  'weakPassword',
  'takeOver',
  'lastPowerUser',
  'unknownAttribute',
  'unknownMember',
] as const;
export type NoticeKind = (typeof noticeKinds)[number];

/** Whether a text is a kind of notice. */
export function isNoticeKind(text: string): text is NoticeKind {
  return (noticeKinds as readonly string[]).includes(text);
}

/** Records that something happened, once for each source and kind. */
export async function insertNotice(db: Db, sourceId: string, kind: NoticeKind, at: number): Promise<void> {
  await db
    .insertInto('sourceNotices')
    .columns(['sourceId', 'kind', 'at', 'dismissed'])
    .expression((e) =>
      e
        .selectFrom('profileSources')
        .select(['id as sourceId', sql<string>`${kind}`.as('kind')])
        .select([sql<number>`${sql.lit(at)}`.as('at'), sql<0>`0`.as('dismissed')])
        .where('id', '=', sourceId),
    )
    .onConflict((conflict) => conflict.columns(['sourceId', 'kind']).doNothing())
    .execute();
}

/** Returns the kinds of what was left out or refused and not dismissed, by source. */
export async function listNotices(db: Db): Promise<{ sourceId: string; kind: string }[]> {
  return db.selectFrom('sourceNotices').select(['sourceId', 'kind']).where('dismissed', '=', 0).orderBy('at').execute();
}

/** Hides a notice until the rights or refusals of the source change. Returns false if it is not shown. */
export async function hideNotice(db: Db, sourceId: string, kind: string): Promise<boolean> {
  const shown = db.updateTable('sourceNotices').where('sourceId', '=', sourceId).where('dismissed', '=', 0);
  return changesOne(shown.set({ dismissed: 1 }).where('kind', '=', kind));
}

/** Deletes the notices of a source. */
export async function deleteNotices(db: Db, sourceId: string): Promise<void> {
  await db.deleteFrom('sourceNotices').where('sourceId', '=', sourceId).execute();
}
