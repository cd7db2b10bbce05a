import { isDeepStrictEqual } from 'node:util';
import type { Db } from '../db/open.ts';
import { findSources, type ProfileSource } from '../store/profileSources.ts';
import type { User } from '../store/users.ts';
import { type AttributeList, type PersonAttribute, placeInProfile, type UserAttributes } from './attribute.ts';
import { listOf, setValue, storedValue } from './values.ts';

/** The attributes that screens must not change, by name, with the source that owns each. */
export type Locks = ReadonlyMap<string, ProfileSource>;

/** Who changes a person on a screen: a Power User, or the person. */
export type Editor = 'powerUser' | 'self';

type Owned = Pick<ProfileSource, 'ownership'>;
type Written = Pick<User, 'sourceId' | 'profile'>;

/** What the managing source writes in any case: without these two, it could manage nobody. */
const alwaysOwned = ['userName', 'active'];

/** Whether a source owns an attribute of the people that it has written. */
export function owns({ ownership }: Owned, name: string): boolean {
  return ownership.includes(` ${name} `) || alwaysOwned.includes(name);
}

/** Whether a Power User took an attribute away from a source: what it sends is left out. */
export function leavesOut({ ownership }: Owned, name: string): boolean {
  return ownership.includes(` -${name} `);
}

/** Returns the names of the attributes that a source may own from now on because it sends them. */
export function learnable(source: Owned, names: Iterable<string>): string[] {
  return [...names].filter((name) => !owns(source, name) && !leavesOut(source, name));
}

/** Returns the names that a source owns, and those that were taken away from it. */
export function ownedNames({ ownership }: Owned): { owned: string[]; leftOut: string[] } {
  const names = ownership.split(' ').filter(Boolean);
  return {
    owned: [...alwaysOwned, ...names.filter((name) => !name.startsWith('-'))],
    leftOut: names.filter((name) => name.startsWith('-')).map((name) => name.slice(1)),
  };
}

/** Returns a source's ownership, as stored, with attributes added to it and taken away from it. */
export function ownershipWith(ownership: string, { added = [], taken = [] }: OwnershipChange): string {
  const { owned, leftOut } = ownedNames({ ownership });
  const all = new Map([...owned, ...added].map((name) => [name, name]));
  for (const name of [...leftOut.filter((one) => !added.includes(one)), ...taken]) all.set(name, `-${name}`);
  for (const name of alwaysOwned) all.delete(name);
  return all.size === 0 ? ' ' : ` ${[...all.values()].join(' ')} `;
}

export type OwnershipChange = { added?: string[]; taken?: string[] };

/** Returns the labels of attributes, in the order of the form. Names of attributes that do not exist any more are missing. */
export function labelsOf(names: string[], attributes: AttributeList): string[] {
  return attributes.filter(({ name }) => names.includes(name)).map(({ label }) => label);
}

/** Whether a source may be without an attribute. */
export function canTakeAway(name: string): boolean {
  return !alwaysOwned.includes(name);
}

/** Returns the sources whose ownership counts for a person: the one that manages them, and those that have written them. */
export async function findOwners(db: Db, { sourceId, profile: { writers = [] } }: Written): Promise<ProfileSource[]> {
  return findSources(db, [...new Set([sourceId ?? [], writers].flat())]);
}

/**
 * Returns the source that owns an attribute of a person, besides one that asks. Identity belongs to the managing source. A disabled source
 * owns nothing else.
 */
export function ownerOf(
  sources: ProfileSource[],
  { sourceId }: Written,
  { name, identity }: PersonAttribute,
  askingId?: string,
): ProfileSource | undefined {
  const managing = sources.find(({ id }) => id === sourceId);
  if (identity && managing) return managing;
  return sources.find((source) => source.active && source.id !== askingId && owns(source, name));
}

/** Returns what screens must not change of a person. */
export async function findLocks(db: Db, person: Written, attributes: AttributeList): Promise<Locks> {
  return locksOf(await findOwners(db, person), person, attributes);
}

/** Returns what screens must not change of a person. @param sources at least those whose ownership counts */
export function locksOf(
  sources: ProfileSource[],
  { sourceId, profile: { writers = [] } }: Written,
  attributes: AttributeList,
): Locks {
  const counting = sources.filter(({ id }) => id === sourceId || writers.includes(id));
  const managing = counting.find(({ id }) => id === sourceId);
  const locks = new Map<string, ProfileSource>();
  for (const { name, editable, identity } of attributes) {
    if (editable === 'always') continue;
    const owner = counting.find((one) => one.active && owns(one, name) && (!identity || one === managing));
    const lock = alwaysOwned.includes(name) ? managing : owner;
    if (lock) locks.set(name, lock);
  }
  return locks;
}

/** Returns the attributes that a screen offers to an editor, locked ones included. */
export function offeredTo(editor: Editor, attributes: AttributeList): PersonAttribute[] {
  return attributes.filter(
    ({ editable, selfEditable }) => editable !== 'never' && (editor === 'powerUser' || selfEditable),
  );
}

/** Returns the attributes that an editor may change. */
export function editableBy(editor: Editor, attributes: AttributeList, locks: Locks): PersonAttribute[] {
  return offeredTo(editor, attributes).filter(({ name }) => !locks.has(name));
}

/** Returns the attributes with another value. */
export function changedAttributes(
  before: UserAttributes,
  after: UserAttributes,
  attributes: AttributeList,
): PersonAttribute[] {
  return attributes.filter((one) => !isDeepStrictEqual(comparedValue(before, one), comparedValue(after, one)));
}

/** Sets an attribute in place to the value that it had. */
export function keepValue(person: UserAttributes, attribute: PersonAttribute, before: UserAttributes): void {
  setValue(person, attribute, storedValue(before, attribute));
  if (attribute.name === 'emails') person.email = before.email;
  if (attribute.identity) setValue(person, unassigned(attribute), storedValue(before, unassigned(attribute)));
}

function comparedValue(person: UserAttributes, attribute: PersonAttribute): unknown {
  if (attribute.type === 'list') return listOf(person, attribute);
  const value = storedValue(person, attribute);
  return value === storedValue(person, unassigned(attribute)) ? undefined : value;
}

/** The place of the value in effect of an attribute that a SCIM client removed, see Profile.unassigned. */
function unassigned(attribute: PersonAttribute): PersonAttribute {
  const path = `unassigned.${attribute.name}`;
  return { ...attribute, path, isColumn: false, place: placeInProfile({ ...attribute, path }) };
}
