import type { Deps } from '../deps.ts';
import { NotFound } from '../errors.ts';
import { newId } from '../identifier.ts';
import { findMetadataCollection, insertMetadataCollection } from '../store/metadataCollections.ts';
import type { ListedEntity } from './metadata/collection.ts';
import type { MetadataSource } from './metadataSource.ts';

const KEPT_MS = 60 * 60_000;

/** A collection of metadata to select a provider of: where it is, and its identity providers. */
export type MetadataCollection = { id: string; source: MetadataSource; signers: string; entities: ListedEntity[] };

/** Keeps the list of a collection for an hour, so that searching it does not fetch it again. Returns its ID. */
export async function keepCollection(
  deps: Deps,
  source: MetadataSource,
  signers: string,
  entities: ListedEntity[],
): Promise<string> {
  const id = newId(deps);
  const where = 'url' in source ? { url: source.url, xml: null } : { url: null, xml: textOf(source.xml) };
  const entitiesJson = JSON.stringify(entities);
  const expiresAt = deps.now() + KEPT_MS;
  await insertMetadataCollection(deps.store.db, { id, ...where, signers: signers || null, entitiesJson, expiresAt });
  return id;
}

/** Returns a collection. @throws NotFound if it has expired */
export async function getCollection(deps: Deps, id: string): Promise<MetadataCollection> {
  const row = await findMetadataCollection(deps.store.db, id, deps.now());
  if (!row) throw new NotFound('This collection has expired. Import it again.');
  const source = row.url === null ? { xml: row.xml ?? '' } : { url: row.url };
  return { id, source, signers: row.signers ?? '', entities: JSON.parse(row.entitiesJson) };
}

/** Returns the identity providers whose name or EntityID has every word of a text, by name, at most `limit`, and how many there are. */
export function searchEntities(
  entities: readonly ListedEntity[],
  text: string,
  limit: number,
): { found: ListedEntity[]; count: number } {
  const words = plain(text)
    .split(' ')
    .filter((word) => word !== '');
  const matches = entities.filter(({ entityId, name }) => {
    const all = plain(`${name} ${entityId}`);
    return words.every((word) => all.includes(word));
  });
  const { compare } = new Intl.Collator('en', { numeric: true });
  const sorted = matches.toSorted((one, other) => compare(titleOf(one), titleOf(other)));
  return { found: sorted.slice(0, limit), count: matches.length };
}

function titleOf({ name, entityId }: ListedEntity): string {
  return name || entityId;
}

function plain(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/\s+/g, ' ')
    .trim();
}

function textOf(xml: string | Uint8Array): string {
  return typeof xml === 'string' ? xml : Buffer.from(xml).toString();
}
