import type { Db } from '../db/open.ts';
import { changesOne, prepared } from '../db/query.ts';
import type { DomainKeyRow, DomainRow } from '../db/schema.ts';

/** A URL of the intranet. Each is its own service provider. */
export type Domain = Omit<DomainRow, 'autoLogin'> & { autoLogin: boolean };

/**
 * What a key of a domain is used for. Each decrypts, and each but a cancelled one is in the metadata. `current` signs; `next` will sign;
 * `old` signed before; `cancelled` was a next key.
 */
export type KeyRole = 'current' | 'next' | 'old' | 'cancelled';

/** A key of a domain: one that signs and, during a rollover, a second one. */
export type DomainKey = Omit<DomainKeyRow, 'role'> & { role: KeyRole };

/** A domain, with the version of the custom attributes: every request needs both. */
export type FoundDomain = Domain & { attributesVersion: number };

/** Finds the domain of a host (`intranet.acme.com`, `localhost:3000`), https before http. */
export async function findDomainByHost(db: Db, host: string): Promise<FoundDomain | undefined> {
  const [row] = await byUrl(db, `https://${host}`, `http://${host}`);
  if (!row) return undefined;
  const { versionJson, ...domain } = row;
  return { ...fromRow(domain), attributesVersion: Number(versionJson ?? 0) };
}

const byUrl = prepared((db, secure: string, plain: string) =>
  db
    .selectFrom('domains')
    .selectAll()
    .select((e) =>
      e.selectFrom('settings').select('valueJson').where('name', '=', 'customAttributesVersion').as('versionJson'),
    )
    .where('url', 'in', [secure, plain])
    .orderBy('url', 'desc')
    .limit(1),
);

export async function findDomain(db: Db, id: string): Promise<Domain | undefined> {
  const row = await db.selectFrom('domains').selectAll().where('id', '=', id).executeTakeFirst();
  return row && fromRow(row);
}

/** Lists all domains, the oldest first. */
export async function listDomains(db: Db): Promise<Domain[]> {
  const rows = await db.selectFrom('domains').selectAll().orderBy('createdAt').orderBy('id').execute();
  return rows.map(fromRow);
}

export async function insertDomain(db: Db, domain: Domain): Promise<void> {
  await db
    .insertInto('domains')
    .values({ ...domain, autoLogin: domain.autoLogin ? 1 : 0 })
    .execute();
}

/** Updates the given columns of a domain. */
export async function updateDomain(db: Db, id: string, changes: Partial<Omit<Domain, 'id'>>): Promise<void> {
  const { autoLogin, ...rest } = changes;
  const flag = autoLogin === undefined ? {} : { autoLogin: autoLogin ? (1 as const) : (0 as const) };
  await db
    .updateTable('domains')
    .set({ ...rest, ...flag })
    .where('id', '=', id)
    .execute();
}

/** Notes that a domain is set up. Returns false if it was before: of several setups at once, only one gets true. */
export async function writeSetUp(db: Db, id: string, now: number): Promise<boolean> {
  const open = db.updateTable('domains').set({ setUpAt: now }).where('id', '=', id).where('setUpAt', 'is', null);
  return changesOne(open);
}

/** Deletes a domain and its keys. */
export async function deleteDomain(db: Db, id: string): Promise<void> {
  await db.deleteFrom('domains').where('id', '=', id).execute();
}

/** Lists the keys of a domain, the newest first. */
export async function listDomainKeys(db: Db, domainId: string): Promise<DomainKey[]> {
  const rows = await db
    .selectFrom('domainKeys')
    .selectAll()
    .where('domainId', '=', domainId)
    .orderBy('createdAt', 'desc')
    .orderBy('id', 'desc')
    .execute();
  return rows.map((row) => ({ ...row, role: row.role as KeyRole }));
}

/** Locks the keys of a domain until the transaction ends, so that two changes of them run one after the other, and lists them. */
export async function lockDomainKeys(db: Db, domainId: string): Promise<DomainKey[]> {
  await db.updateTable('domainKeys').set({ domainId }).where('domainId', '=', domainId).execute();
  return listDomainKeys(db, domainId);
}

/** Lists the sealed private keys of all domains. */
export async function listSealedKeys(db: Db): Promise<string[]> {
  const rows = await db.selectFrom('domainKeys').select('privateKeySealed').execute();
  return rows.map(({ privateKeySealed }) => privateKeySealed);
}

export async function insertDomainKey(db: Db, key: DomainKey): Promise<void> {
  await db.insertInto('domainKeys').values(key).execute();
}

export async function writeKeyRole(db: Db, id: string, role: KeyRole, roleSince: number): Promise<void> {
  await db.updateTable('domainKeys').set({ role, roleSince }).where('id', '=', id).execute();
}

export async function deleteDomainKey(db: Db, id: string): Promise<void> {
  await db.deleteFrom('domainKeys').where('id', '=', id).execute();
}

function fromRow(row: DomainRow): Domain {
  return { ...row, autoLogin: row.autoLogin === 1 };
}
