import type { KeyObject } from 'node:crypto';
import { recordDifference } from '../audit/record.ts';
import type { Db } from '../db/open.ts';
import type { Deps } from '../deps.ts';
import { Conflict } from '../errors.ts';
import { newId } from '../identifier.ts';
import {
  type Domain,
  type DomainKey,
  deleteDomainKey,
  insertDomainKey,
  type KeyRole,
  listDomainKeys,
  lockDomainKeys,
  writeKeyRole,
} from '../store/domains.ts';
import { createSigningCertificate, describeCertificate } from './certificate.ts';
import { domainTarget } from './changeDomain.ts';

const CERTIFICATE_YEARS = 10;

/** A private key and its certificate, in PEM. */
export type SigningKey = { privateKey: string; certificate: string };

/** What the metadata of a domain is made with: the key that signs it, and the certificates in it. */
export type MetadataKeys = SigningKey & { forSigning: string[]; forEncryption: string };

type KeyAction = 'key.created' | 'key.changed' | 'key.deleted';

/** A key pair of a domain with a certificate of ten years, not stored yet. */
export async function createDomainKey(deps: Deps, { id: domainId, url }: Domain, role: KeyRole): Promise<DomainKey> {
  const keyPair = await deps.keys.createKeyPair();
  const now = deps.now();
  const commonName = new URL(url).hostname;
  const certificate = await createSigningCertificate({ keyPair, commonName, now, years: CERTIFICATE_YEARS });
  const privateKeySealed = deps.secrets.seal(keyPair.privateKey);
  return { id: newId(deps), domainId, privateKeySealed, certificate, createdAt: now, role, roleSince: now };
}

/** Returns the key that a domain signs with, or undefined before it is set up. */
export async function findSigningKey(deps: Deps, domainId: string): Promise<SigningKey | undefined> {
  const key = withRole(await listDomainKeys(deps.store.db, domainId), 'current');
  return key && { privateKey: deps.secrets.unseal(key.privateKeySealed), certificate: key.certificate };
}

/** Returns the private keys that decrypt what was encrypted for a domain: two at most, so that the work of a login is bounded. */
export async function findPrivateKeys(deps: Deps, domainId: string): Promise<KeyObject[]> {
  const keys = await listDomainKeys(deps.store.db, domainId);
  return keys.map(({ privateKeySealed }) => deps.keys.privateKey(privateKeySealed));
}

/**
 * Returns the keys of a domain's metadata, or undefined before it is set up. Providers encrypt for the newest key as soon as it is published,
 * because both decrypt. The current key is the first one for signing: some providers read only one.
 */
export async function findMetadataKeys(deps: Deps, domainId: string): Promise<MetadataKeys | undefined> {
  const keys = await listDomainKeys(deps.store.db, domainId);
  const current = withRole(keys, 'current');
  if (!current) return undefined;
  const { certificate } = current;
  const others = keys.filter(({ role }) => role === 'next' || role === 'old');
  return {
    privateKey: deps.secrets.unseal(current.privateKeySealed),
    certificate,
    forSigning: [certificate, ...others.map((key) => key.certificate)],
    forEncryption: withRole(keys, 'next')?.certificate ?? certificate,
  };
}

/** Creates the next key of a domain, which is published at once. @throws Conflict before the setup, or if there is a second key already */
export async function createNextKey(deps: Deps, domain: Domain): Promise<void> {
  const key = await createDomainKey(deps, domain, 'next');
  await changeKeys(deps, domain, 'key.created', async (trx, keys) => {
    if (!withRole(keys, 'current')) throw new Conflict('The domain is not set up. Click Setup Domain first.');
    if (secondKey(keys)) throw new Conflict('There is a second key already. Retire it, or switch to it, first.');
    await insertDomainKey(trx, key);
  });
}

/**
 * Signs with the next key from now on. The key before it stays published, and decrypts.
 * @param reviewed the ID of the key that was confirmed; by default whichever is next
 * @throws Conflict if there is no next key, or another one by now
 */
export async function switchToNextKey(deps: Deps, domain: Domain, reviewed?: string): Promise<void> {
  await exchange(deps, domain, 'next', 'There is no next key to switch to. Create it first.', reviewed);
}

/** Signs with the old key again; the other one is the next key again. @throws Conflict if there is no old key */
export async function switchBack(deps: Deps, domain: Domain): Promise<void> {
  await exchange(deps, domain, 'old', 'There is no old key to switch back to.');
}

/** Takes the next key out of the metadata. It decrypts until it is retired, because providers may encrypt for it. @throws Conflict */
export async function cancelNextKey(deps: Deps, domain: Domain): Promise<void> {
  await changeKeys(deps, domain, 'key.changed', async (trx, keys) => {
    const next = withRole(keys, 'next');
    if (!next) throw new Conflict('There is no next key to cancel.');
    await writeKeyRole(trx, next.id, 'cancelled', deps.now());
  });
}

/**
 * Deletes the old or cancelled key: it is not published and decrypts nothing any more.
 * @param reviewed the ID of the key that was confirmed; by default whichever is old or cancelled
 * @throws Conflict if there is none, or another one by now
 */
export async function retireKey(deps: Deps, domain: Domain, reviewed?: string): Promise<void> {
  await changeKeys(deps, domain, 'key.deleted', async (trx, keys) => {
    const retired = withRole(keys, 'old') ?? withRole(keys, 'cancelled');
    if (!retired) throw new Conflict('There is no old key to retire. Switch to the next key first.');
    requireReviewed(retired, reviewed);
    await deleteDomainKey(trx, retired.id);
  });
}

/** Records which certificate each role has after a change of a domain's keys, and had before. */
export async function recordKeys(
  deps: Deps,
  trx: Db,
  action: KeyAction,
  domain: Domain,
  before: readonly DomainKey[],
): Promise<void> {
  const after = await listDomainKeys(trx, domain.id);
  await recordDifference(trx, deps, action, domainTarget(domain), fingerprints(before), fingerprints(after));
}

/** Returns the key of a role. */
export function withRole(keys: readonly DomainKey[], role: KeyRole): DomainKey | undefined {
  return keys.find((key) => key.role === role);
}

/** Returns the key that a domain has besides the current one, during a rollover. */
export function secondKey(keys: readonly DomainKey[]): DomainKey | undefined {
  return keys.find(({ role }) => role !== 'current');
}

async function exchange(deps: Deps, domain: Domain, from: 'next' | 'old', missing: string, reviewed?: string) {
  await changeKeys(deps, domain, 'key.changed', async (trx, keys) => {
    const [current, other] = [withRole(keys, 'current'), withRole(keys, from)];
    if (!current || !other) throw new Conflict(missing);
    requireReviewed(other, reviewed);
    await writeKeyRole(trx, current.id, from === 'next' ? 'old' : 'next', deps.now());
    await writeKeyRole(trx, other.id, 'current', deps.now());
  });
}

/** Changes the keys of a domain, which are locked, and records the change. */
async function changeKeys(
  deps: Deps,
  domain: Domain,
  action: KeyAction,
  change: (trx: Db, keys: readonly DomainKey[]) => Promise<void>,
): Promise<void> {
  await deps.store.db.transaction().execute(async (trx) => {
    const keys = await lockDomainKeys(trx, domain.id);
    await change(trx, keys);
    await recordKeys(deps, trx, action, domain, keys);
  });
}

/** A confirmation names the key that it showed: another person may have gone on to another one meanwhile. */
function requireReviewed({ id }: DomainKey, reviewed = id): void {
  if (id !== reviewed) throw new Conflict('The keys of this domain were changed meanwhile. Check them again.');
}

function fingerprints(keys: readonly DomainKey[]): object {
  return Object.fromEntries(
    keys.map(({ role, certificate }) => [`${role}Key`, describeCertificate(certificate).sha256]),
  );
}
