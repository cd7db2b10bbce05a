import type { Db } from '../../db/open.ts';
import { emptyPerson, type PersonAttribute, type UserAttributes } from '../../people/attribute.ts';
import { changedAttributes, findOwners, keepValue, leavesOut, ownerOf, owns } from '../../people/ownership.ts';
import { learnAttributes } from '../../sources/ownership.ts';
import { findProvider } from '../../store/identityProviders.ts';
import { findSource, type ProfileSource } from '../../store/profileSources.ts';
import type { User } from '../../store/users.ts';
import { type Call, note } from '../http/call.ts';
import { ScimError } from '../http/errors.ts';

/** The names of the attributes that a request sends, also without a value; whether it replaces the person (PUT) with one that was read. */
export type Sent = { names: ReadonlySet<string>; replaces?: boolean; wasRead?: boolean };

/**
 * Returns a person as a request changes them, and has its source own from now on what it sends. What was taken away from the source stays as
 * it was, and a PUT empties only what its source owns. Call it in the transaction that has locked the person.
 * @param before undefined for a new person
 * @throws ScimError 403 if another source owns what changes. The managing source may change everything
 */
export async function ownedPerson(
  db: Db,
  call: Call,
  before: User | undefined,
  wanted: UserAttributes,
  sent: Sent,
): Promise<UserAttributes> {
  const { source } = call;
  const owners = before && isManagedElsewhere(source, before) ? await findOwners(db, before) : [];
  const otherOwner = (attribute: PersonAttribute) => before && ownerOf(owners, before, attribute, source.id);
  const known = before ?? emptyPerson;
  const person = { ...wanted };
  for (const attribute of keptAttributes(call, sent, otherOwner)) keepValue(person, attribute, known);
  const changed = owners.length > 0 ? changedAttributes(known, person, call.deps.attributes.list) : [];
  for (const attribute of changed) requireNoOwner(attribute, otherOwner(attribute));
  await learn(db, call, known, person, sent, otherOwner);
  if (changed.length > 0) person.profile = { ...person.profile, writers: withWriter(owners, known, source) };
  return person;
}

/** Whether another source manages a person or group. */
export function isManagedElsewhere(source: ProfileSource, { sourceId }: Managed): boolean {
  return sourceId !== null && sourceId !== source.id;
}

/** Checks that nothing else manages a person or group. @throws ScimError 403 with the name of the source or identity provider that does */
export async function requireManaging(db: Db, { source }: Call, row: Managed): Promise<void> {
  const id = row.sourceId ?? '';
  if (!isManagedElsewhere(source, row)) return;
  const provider = await findProvider(db, id);
  const name = (await findSource(db, id))?.name ?? 'another profile source';
  const text = provider
    ? `This group is managed by the identity provider ${provider.name}: logins change its members. A Power User must delete it before a source can manage it.`
    : `This is managed by ${name}. Only that source can change or delete it.`;
  throw new ScimError(403, undefined, text);
}

type Managed = { sourceId: string | null };
type OtherOwner = (attribute: PersonAttribute) => ProfileSource | undefined;

function keptAttributes(call: Call, { names, replaces = false }: Sent, otherOwner: OtherOwner): PersonAttribute[] {
  const { source } = call;
  if (!replaces && !source.ownership.includes(' -')) return [];
  return call.deps.attributes.list.filter((attribute) => {
    const { name } = attribute;
    const isSent = names.has(name);
    if (!isSent) return replaces && (!owns(source, name) || otherOwner(attribute) !== undefined);
    if (leavesOut(source, name)) note(call, undefined, `${name} was left out: it was taken away from this source.`);
    return leavesOut(source, name);
  });
}

function requireNoOwner({ name, label }: PersonAttribute, owner: ProfileSource | undefined): void {
  if (owner)
    throw new ScimError(
      403,
      undefined,
      `${owner.name} owns ${name} (${label}) of this person. Only that source can change it.`,
    );
}

/** Of what a client sends back as it has read it, only what differs tells what it sends itself. */
async function learn(
  db: Db,
  { deps, source }: Call,
  known: UserAttributes,
  person: UserAttributes,
  { names, wasRead }: Sent,
  otherOwner: OtherOwner,
): Promise<void> {
  const isNew = ({ name }: PersonAttribute) => names.has(name) && !owns(source, name) && !leavesOut(source, name);
  const unknown = deps.attributes.list.filter((attribute) => isNew(attribute) && !otherOwner(attribute));
  if (unknown.length === 0) return;
  const changed = wasRead ? changedAttributes(known, person, deps.attributes.list) : unknown;
  await learnAttributes(
    db,
    deps,
    source.id,
    unknown.filter((attribute) => changed.includes(attribute)).map(({ name }) => name),
  );
}

function withWriter(
  owners: ProfileSource[],
  { profile: { writers = [] } }: UserAttributes,
  { id }: ProfileSource,
): string[] {
  const existing = writers.filter((writer) => owners.some((owner) => owner.id === writer));
  return [...new Set([...existing, id])];
}
