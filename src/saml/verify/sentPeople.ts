import type { Db } from '../../db/open.ts';
import {
  meets,
  newPersonOf,
  type RulingProvider,
  type Sent,
  updatedPersonOf,
  valuesOf,
  withRules,
  withSentManager,
} from '../../federation/sentPerson.ts';
import type { UserAttributes } from '../../people/attribute.ts';
import { LastPowerUser } from '../../people/lastPowerUser.ts';
import { findForeignName } from '../../people/loginNames.ts';
import { changedAttributes, findLocks, labelsOf } from '../../people/ownership.ts';
import { keepGroupsInStep } from '../../people/sentGroups.ts';
import { insertPerson, lockUser, nameOf, writePerson } from '../../people/users.ts';
import { writeSetting } from '../../store/settings.ts';
import type { User } from '../../store/users.ts';
import { found, type LoginContext, refuse, type Writing } from './check.ts';
import { findPeopleNamed, isMadeUpName } from './person.ts';

const NEW = ''; // the ID of a person who is not stored yet

/** Prepares the person that the login creates. They are stored only if every other check passes. */
export async function checkNewPerson(login: LoginContext, { db, deps }: Writing): Promise<string | undefined> {
  const provider = ruling(login);
  if (!provider?.people.create || login.people.length > 0) return undefined;
  const sent = sentIn(login);
  if (!login.test) await takeCreatingTurn(db);
  login.people = await findPeopleNamed(db, provider.settings.match, sent.name);
  if (login.people.length > 0 || isMadeUpName(login)) return undefined;
  const read = newPersonOf(provider, await withSentManager(db, provider.people, sent), deps.attributes.list);
  if (!read.ok)
    return refuse('person_unknown', { detail: `No person could be created. ${Object.values(read.errors).join(' ')}` });
  const { person, leftOut } = read.value;
  await requireOwnNames(db, person);
  login.newPerson = person;
  login.leftOut = Object.keys(leftOut);
  const bookkeeping = { sourceId: null, creatorId: provider.id, version: 0, lastLoginAt: null };
  login.people = [{ ...person, id: NEW, ...bookkeeping, createdAt: login.now, modifiedAt: login.now }];
  return undefined;
}

/**
 * Who lacks the required value is not created. A person that the provider created loses their access: they are deactivated, unless they
 * are the last Power User or a profile source manages them.
 */
export async function checkRequiredValue(login: LoginContext, writing: Writing): Promise<undefined> {
  const provider = ruling(login);
  const user = found(login.user);
  if (!provider || provider.people.required.attribute === '') return;
  if (user.creatorId !== provider.id || user.sourceId !== null) return;
  const [sent, { required }] = [sentIn(login), provider.people];
  if (meets(sent, required)) return;
  const detail = user.id === NEW || login.test ? undefined : await endAccess(writing, user);
  refuse('required_value_missing', {
    expected: `${required.attribute}: ${required.values.join(' or ')}`.slice(0, 200),
    received: valuesOf(sent, required.attribute).join(', ') || 'no value',
    ...(detail !== undefined && { detail }),
  });
}

/** Stores the person that the login creates, or what the provider sent about a known one. A Test login only says what it would do. */
export async function writeSentPerson(login: LoginContext, writing: Writing): Promise<string | undefined> {
  const provider = ruling(login);
  if (login.newPerson) {
    const origin = { sourceId: null, creatorId: found(provider).id, passwordHash: null };
    if (!login.test) login.user = await insertPerson(writing.db, writing.deps, login.newPerson, origin);
    return said(login, login.test ? 'A person would be created.' : `${nameOf(found(login.user))} was created.`);
  }
  return provider?.people.update ? updatePerson(login, provider, writing) : undefined;
}

/** Keeps the groups of the provider in step. A person that a profile source manages gets their groups there. */
export async function writeSentGroups(login: LoginContext, { db, deps }: Writing): Promise<string | undefined> {
  const provider = ruling(login);
  const user = found(login.user);
  if (!provider?.people.groupsFrom || user.sourceId !== null || login.test) return undefined;
  const names = valuesOf(sentIn(login), provider.people.groupsFrom);
  const ids = { userId: user.id, providerId: provider.id };
  const changes = await keepGroupsInStep(db, deps, ids, names, () => takeCreatingTurn(db));
  const told = (what: string, all: string[]) => (all.length === 0 ? [] : `${what}: ${all.join(', ').slice(0, 400)}.`);
  const left = told('Left out, because they are not groups of this provider', changes.leftOut);
  return [told('Joined', changes.joined), told('Left', changes.left), left].flat().join(' ') || undefined;
}

async function updatePerson(login: LoginContext, provider: RulingProvider, writing: Writing) {
  const { db, deps } = writing;
  const known = found(login.user);
  const user = login.test ? known : await lockUser(db, known.id);
  if (!user || user.sourceId !== null) return undefined;
  const { list } = deps.attributes;
  const rules = { locks: await findLocks(db, user, list), attributes: list };
  const sent = await withSentManager(db, provider.people, sentIn(login));
  const read = updatedPersonOf(provider, user, sent, rules);
  if (!read.ok) return undefined; // what is stored is no longer valid: a Power User must change it
  const { person, leftOut } = read.value;
  login.leftOut = Object.keys(leftOut);
  const changed = changedAttributes(user, person, list).map(({ name }) => name);
  if (changed.length === 0) return said(login, '');
  await requireOwnNames(db, person, user);
  if (!login.test) login.user = await writeOrKeepPower(writing, user, person);
  return said(login, `${login.test ? 'Would be updated' : 'Updated'}: ${labelsOf(changed, list).join(', ')}.`);
}

/** The last Power User stays one, whatever the provider sends. */
async function writeOrKeepPower({ db, deps }: Writing, user: User, person: UserAttributes) {
  try {
    return await writePerson(db, deps, user, person);
  } catch (error) {
    if (!(error instanceof LastPowerUser)) throw error;
    return writePerson(db, deps, user, { ...person, userType: user.userType });
  }
}

async function endAccess({ db, deps }: Writing, { id }: User): Promise<string | undefined> {
  const user = await lockUser(db, id);
  if (!user?.active) return undefined;
  try {
    await writePerson(db, deps, user, { active: false });
    return 'The person was deactivated, and their sessions were ended.';
  } catch (error) {
    if (error instanceof LastPowerUser) return 'The person was not deactivated, because they are the last Power User.';
    throw error;
  }
}

async function requireOwnNames(db: Db, person: UserAttributes, before?: User): Promise<void> {
  const name = await findForeignName(db, person, before);
  if (name !== undefined)
    refuse('person_ambiguous', { detail: 'Another person has this user name or e-mail address.', received: name });
}

/** Waits until no other login creates people or groups: two at once would each create the same. */
async function takeCreatingTurn(db: Db): Promise<void> {
  await writeSetting(db, 'creatingTurn', '');
}

function ruling({ provider }: LoginContext): RulingProvider | undefined {
  return withRules(found(provider));
}

function sentIn({ assertedName, content }: LoginContext): Sent {
  return { name: found(assertedName), attributes: found(content).attributes };
}

function said({ leftOut = [] }: LoginContext, what: string): string | undefined {
  const rest = leftOut.length === 0 ? '' : `Left out, because the values are not valid: ${leftOut.join(', ')}.`;
  return [what, rest].filter(Boolean).join(' ') || undefined;
}
