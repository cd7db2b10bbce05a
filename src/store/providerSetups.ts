import type { Db } from '../db/open.ts';
import { changesOne, countRows } from '../db/query.ts';
import type { ProviderSetupRow } from '../db/schema.ts';

/** A provider setup link, and what arrived through it. */
export type ProviderSetup = ProviderSetupRow;

const withoutMetadata = [
  'id',
  'domainId',
  'note',
  'guide',
  'author',
  'createdAt',
  'expiresAt',
  'startedAt',
  'startedFrom',
  'metadataUrl',
  'sentAt',
  'decision',
  'decidedAt',
  'decidedBy',
  'reason',
  'revokedAt',
  'revokedBy',
] as const;

/** A provider setup without the metadata, for lists. */
export type ListedSetup = Pick<ProviderSetup, (typeof withoutMetadata)[number]>;

export async function insertProviderSetup(db: Db, row: ProviderSetup): Promise<void> {
  await db.insertInto('providerSetups').values(row).execute();
}

export async function findProviderSetup(db: Db, id: string): Promise<ProviderSetup | undefined> {
  return db.selectFrom('providerSetups').selectAll().where('id', '=', id).executeTakeFirst();
}

/** Finds the provider setup whose link has a token. @param hash by hashToken */
export async function findProviderSetupByToken(db: Db, hash: string): Promise<ProviderSetup | undefined> {
  return db.selectFrom('providerSetups').selectAll().where('tokenHash', '=', hash).executeTakeFirst();
}

/** Lists the provider setups, of all domains or of one, the newest first. */
export async function listProviderSetups(db: Db, domainId?: string): Promise<ListedSetup[]> {
  let query = db.selectFrom('providerSetups').select(withoutMetadata).orderBy('id', 'desc');
  if (domainId !== undefined) query = query.where('domainId', '=', domainId);
  return query.execute();
}

/** Counts the links of a domain that may hold metadata: neither approved nor revoked. */
export async function countHeldSetups(db: Db, domainId: string): Promise<number> {
  return countRows(
    db
      .selectFrom('providerSetups')
      .where('domainId', '=', domainId)
      .where('revokedAt', 'is', null)
      .where((e) => e.or([e('decision', 'is', null), e('decision', '!=', 'approved')])),
  );
}

type Start = { visitorHash: string; startedAt: number; startedFrom: string };

/** Gives the link to a browser, once. Returns false if another one has it, or it was revoked meanwhile. */
export async function writeStart(db: Db, id: string, start: Start): Promise<boolean> {
  const update = db.updateTable('providerSetups').set(start).where('id', '=', id);
  return changesOne(update.where('visitorHash', 'is', null).where('revokedAt', 'is', null));
}

/** Counts a try. Returns false past `most`. */
export async function countTry(db: Db, id: string, most: number): Promise<boolean> {
  const update = db.updateTable('providerSetups').set((e) => ({ tries: e('tries', '+', 1) }));
  return changesOne(update.where('id', '=', id).where('tries', '<', most));
}

type Proposal = Partial<Pick<ProviderSetup, 'metadataXml' | 'metadataUrl' | 'guide'>>;

/** Changes what is proposed. Returns false if it waits for a decision, was approved, or the link was revoked. */
export async function writeProposal(db: Db, id: string, proposal: Proposal): Promise<boolean> {
  return changesOne(changeable(db, id).set(proposal));
}

type Sent = Pick<ProviderSetup, 'message' | 'sentAt' | 'testId' | 'metadataXml'>;

/** Sends what is proposed. Returns false if that is other metadata by now, it was sent already, or the link was revoked. An earlier decision ends. */
export async function writeSent(db: Db, id: string, { metadataXml, ...sent }: Sent): Promise<boolean> {
  const undecided = { decision: null, decidedAt: null, decidedBy: '', reason: '' };
  return changesOne(
    changeable(db, id)
      .where('metadataXml', '=', metadataXml)
      .set({ ...sent, ...undecided }),
  );
}

type Decision = Pick<ProviderSetup, 'decision' | 'decidedAt' | 'decidedBy' | 'reason' | 'providerId'>;

/** Decides about what was sent at a time. The provider has its metadata once it is approved. Returns false if something else arrived since, it was decided, or the link was revoked. */
export async function writeDecision(db: Db, id: string, sentAt: number, decision: Decision): Promise<boolean> {
  const used = decision.decision === 'approved' ? { metadataXml: null } : {};
  const update = db
    .updateTable('providerSetups')
    .set({ ...decision, ...used })
    .where('id', '=', id);
  return changesOne(update.where('sentAt', '=', sentAt).where('decision', 'is', null).where('revokedAt', 'is', null));
}

/** Revokes a link, and forgets what was proposed. Returns false if it was approved or revoked already. */
export async function writeRevocation(
  db: Db,
  id: string,
  revocation: { revokedAt: number; revokedBy: string },
): Promise<boolean> {
  const forgotten = { metadataXml: null, metadataUrl: null, message: '' };
  const update = db.updateTable('providerSetups').set({ ...revocation, ...forgotten });
  return changesOne(
    update
      .where('id', '=', id)
      .where('revokedAt', 'is', null)
      .where((e) => e.or([e('decision', 'is', null), e('decision', '!=', 'approved')])),
  );
}

/** The update of a provider setup that the visitor may change: not sent, or declined. */
function changeable(db: Db, id: string) {
  return db
    .updateTable('providerSetups')
    .where('id', '=', id)
    .where('revokedAt', 'is', null)
    .where((e) => e.or([e('sentAt', 'is', null), e('decision', '=', 'declined')]));
}
