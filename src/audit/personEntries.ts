import type { Deps } from '../deps.ts';
import { erasePart, type What, type Who } from '../store/audit.ts';
import { listSealedEntries, type SealedRow } from '../store/auditChain.ts';
import { erasureOf, type Part, partNames } from './erasure.ts';
import { type AuditDeps, recordChange } from './record.ts';
import { sealEntries } from './seal.ts';

const READ_AT_ONCE = 500;
const ERASED_AT_ONCE = 500;

/** A person as they may be found in entries. `isNamedIn` returns whether a text contains their user name or an e-mail address. */
export type SoughtPerson = { id: string; isNamedIn(text: string): boolean };

/** An entry that a person is in. `parts` are those that would be erased with the person. */
export type PersonEntry = { row: SealedRow; parts: Part[] };

/**
 * Finds the entries of what a person did, of what was done to them, and those that name them, in the order of the chain. All that was
 * recorded before is sealed first, so that it is found and can be erased without breaking the chain.
 */
export async function findPersonEntries({ store }: Pick<Deps, 'store'>, person: SoughtPerson): Promise<PersonEntry[]> {
  await sealEntries({ store });
  return store.longRead(async (slice) => {
    const found: PersonEntry[] = [];
    for (let after: number | undefined = 0; after !== undefined; ) {
      const from: number = after;
      after = await slice(async () => {
        const rows = await listSealedEntries(store.db, from, READ_AT_ONCE);
        const entries = rows.map((row) => ({ row, parts: partsAbout(row, person) }));
        found.push(...entries.filter(({ parts }) => parts.length > 0));
        return rows.at(-1)?.seq;
      });
    }
    return found;
  });
}

/** Returns the IDs of those that the parts of entries are about. */
export function partiesOf(entries: PersonEntry[]): string[] {
  return [...new Set(entries.flatMap(({ row, parts }) => parts.map((part) => partyOf(row, part) ?? '')))];
}

/** Leaves out the parts that are about others, by their IDs: someone may share an address with the person, or have had it before. */
export function withoutOthers(entries: PersonEntry[], others: ReadonlyMap<string, unknown>): PersonEntry[] {
  return entries
    .map(({ row, parts }) => ({ row, parts: parts.filter((part) => !others.has(partyOf(row, part) ?? '')) }))
    .filter(({ parts }) => parts.length > 0);
}

/**
 * Erases a person from entries. The chain stays whole, because it has the digests of what is erased; an entry of the erasure lists them, so
 * that nothing else can be missing. Each piece is one transaction.
 */
export async function erasePersonEntries(
  deps: AuditDeps & Pick<Deps, 'store' | 'secrets'>,
  personId: string,
  entries: PersonEntry[],
): Promise<void> {
  let rest = entries;
  do {
    const some = rest.slice(0, ERASED_AT_ONCE);
    rest = rest.slice(ERASED_AT_ONCE);
    const rowsWith = (part: Part) => some.filter(({ parts }) => parts.includes(part)).map(({ row }) => row);
    const erased = { who: rowsWith('who'), what: rowsWith('what') };
    await deps.store.db.transaction().execute(async (trx) => {
      for (const part of partNames) await erasePart(trx, part, erased[part]);
      const target = { kind: 'person', id: personId, name: 'Deleted person' } as const;
      await recordChange(trx, deps, 'person.erased', target, erasureOf(deps, erased));
    });
  } while (rest.length > 0);
}

/** Returns what an entry says about a person, for that person, without the others that it is about. */
export function shownToPerson({ row, parts }: PersonEntry, { id }: Pick<SoughtPerson, 'id'>) {
  const { seq, at, action, actorId, targetId, whoJson, whatJson } = row;
  const { name, address } = parsed(whoJson);
  return {
    ...{ number: seq, at, action },
    ...(parts.includes('who') && actorId === id && { by: { name, address } }),
    ...(parts.includes('what') && targetId === id && { changes: parsed(whatJson).changes }),
  };
}

function partyOf({ actorId, targetId }: SealedRow, part: Part): string | null {
  return part === 'who' ? actorId : targetId;
}

/** The entry of an erasure names nobody, and is needed to verify the others. A user of the operating system is no person of the directory. */
function partsAbout(row: SealedRow, { id, isNamedIn }: SoughtPerson): Part[] {
  const isBy = row.actorId === id || (row.actorKind !== 'commandLine' && textsIn(row.whoJson).some(isNamedIn));
  const isAbout = row.action !== 'person.erased' && (row.targetId === id || textsIn(row.whatJson).some(isNamedIn));
  return partNames.filter((part) => (part === 'who' ? row.whoJson !== null && isBy : row.whatJson !== null && isAbout));
}

/** The texts of a part, without the names of what was changed: a person may be called like an attribute. */
function textsIn(json: string | null): string[] {
  const { name, address, changes = [] } = parsed(json);
  const values = changes.flatMap(({ name: _, ...change }) => Object.values(change));
  return textsOf([name, address, values]);
}

function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : [];
}

function parsed(json: string | null): Partial<Who & What> {
  return json === null ? {} : JSON.parse(json);
}
