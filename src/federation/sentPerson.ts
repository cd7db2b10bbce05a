import type { Db } from '../db/open.ts';
import { type Checked, invalid } from '../errors.ts';
import { type AttributeList, emptyPerson } from '../people/attribute.ts';
import { type Cells, type SentColumn, sentColumns } from '../people/csv.ts';
import type { Locks } from '../people/ownership.ts';
import { UNKNOWN_PERSON, withManager } from '../people/references.ts';
import { type WithSent, withSentCells } from '../people/sentValues.ts';
import { OWN_MANAGER } from '../people/users.ts';
import type { IdentityProvider } from '../store/identityProviders.ts';
import { loginKey } from '../store/loginName.ts';
import type { PeopleRules, ValueRule } from '../store/peopleRules.ts';
import { findUsersByExternalId, findUsersByUserNameOrEmail, type User } from '../store/users.ts';
import { mayLogInAddress } from './emailDomains.ts';

const MOST_VALUES = 200; // of one attribute; the others are not read
const OTHER_DOMAIN = 'This provider may not log in people with this address.';

/**
 * What a provider sent about a person: the name that people are matched by, and the attributes of the assertion. `manager`: who their manager
 * is, if that is mapped and names one person.
 */
export type Sent = {
  name: string;
  attributes: ReadonlyMap<string, readonly string[]>;
  manager?: Pick<User, 'id' | 'userName'> | undefined;
};

/** A provider with rules for people. */
export type RulingProvider = Pick<IdentityProvider, 'id' | 'settings'> & { people: PeopleRules };

/** Returns the rules of a provider if it creates or updates people, or did so. */
export function withRules(provider: IdentityProvider): RulingProvider | undefined {
  const { people } = provider;
  return people && { ...provider, people };
}

/**
 * Returns what a provider sent with the manager it names, if that is mapped: by user name or e-mail address, or by external ID. A name that fits
 * nobody or several people means no one.
 */
export async function withSentManager<T extends Sent>(db: Db, people: PeopleRules, sent: T): Promise<T> {
  const name = managerNamed(people, sent);
  if (name === undefined) return sent;
  const byName = await findUsersByUserNameOrEmail(db, name);
  const found = byName.length > 0 ? byName : await findUsersByExternalId(db, name);
  return { ...sent, manager: found.length === 1 ? found[0] : undefined };
}

/** Returns the values of an attribute that are not empty. */
export function valuesOf({ attributes }: Sent, attribute: string): string[] {
  const values = (attributes.get(attribute) ?? []).slice(0, MOST_VALUES);
  return values.map((value) => value.trim()).filter((value) => value !== '');
}

/** Whether an attribute has one of the values of a rule, exactly. Without a rule, nothing meets it. */
export function meets({ attributes }: Sent, { attribute, values }: ValueRule): boolean {
  const sent = new Set(attributes.get(attribute)?.map((value) => value.trim()));
  return attribute !== '' && values.some((value) => sent.has(value));
}

/**
 * Returns the person that a provider creates. The name that people are matched by becomes one of theirs, so that the next login finds
 * them. Errors are those of the user name.
 */
export function newPersonOf(provider: RulingProvider, sent: Sent, attributes: AttributeList): Checked<WithSent> {
  const { people } = provider;
  const userName = people.userNameFrom === '' ? sent.name : valuesOf(sent, people.userNameFrom)[0];
  if (userName === undefined) return invalid({ userName: `The provider did not send ${people.userNameFrom}.` });
  const userType = meets(sent, people.powerUser) ? 'Power User' : 'Intranet User';
  const { cells, leftOut } = allowed(provider, cellsOf(people, sent, attributes));
  const named = withMatchedName(provider, { ...cells, userName, userType }, sent.name);
  const read = withSentCells(emptyPerson, named, attributes);
  return withLeftOut(withManagerOf(read, people, sent), leftOut);
}

/**
 * Returns a person as a provider updates them: without what profile sources own. Who they are is updated only if the provider created
 * them, and never the name that this login matched.
 */
export function updatedPersonOf(
  provider: RulingProvider,
  user: User,
  sent: Sent,
  { locks, attributes }: { locks: Locks; attributes: AttributeList },
): Checked<WithSent> {
  const isOwn = user.creatorId === provider.id;
  const matched = matchedColumns(provider, user, sent.name);
  const writes = ({ header, attribute }: SentColumn) =>
    !locks.has(attribute.name) && (!attribute.identity || (isOwn && !matched.includes(header)));
  const { cells, leftOut } = allowed(provider, cellsOf(provider.people, sent, attributes, writes));
  const userType = isOwn ? userTypeOf(provider.people, user, sent) : {};
  const read = withSentCells(user, { ...cells, ...userType }, attributes);
  const managed = locks.has('manager') ? read : withManagerOf(read, provider.people, sent, user.id);
  return withLeftOut(managed, leftOut);
}

function withManagerOf(read: Checked<WithSent>, people: PeopleRules, sent: Sent, ownId?: string): Checked<WithSent> {
  if (!read.ok || managerNamed(people, sent) === undefined) return read;
  const { id } = sent.manager ?? {};
  if (id === undefined || id === ownId)
    return withLeftOut(read, { manager: id === undefined ? UNKNOWN_PERSON : OWN_MANAGER });
  return { ok: true, value: { ...read.value, person: withManager(read.value.person, id) } };
}

/** Returns the name that a provider sent for the manager, if that is mapped. */
function managerNamed({ mapping }: PeopleRules, sent: Sent): string | undefined {
  const from = mapping.find(({ to }) => to === 'manager')?.from;
  return from === undefined ? undefined : valuesOf(sent, from)[0];
}

/** Only a rule gives and takes the rights of a Power User. */
function userTypeOf({ powerUser }: PeopleRules, { userType }: User, sent: Sent): Cells {
  if (powerUser.attribute === '') return {};
  if (meets(sent, powerUser)) return { userType: 'Power User' };
  return userType === 'Power User' ? { userType: 'Intranet User' } : {};
}

function cellsOf(
  { mapping }: PeopleRules,
  sent: Sent,
  attributes: AttributeList,
  writes: (column: SentColumn) => boolean = () => true,
): Cells {
  const columns = new Map(sentColumns(attributes).map((column) => [column.header, column]));
  const cells: Cells = {};
  for (const { from, to } of mapping) {
    const column = columns.get(to);
    const values = valuesOf(sent, from);
    if (!column || !writes(column) || values[0] === undefined) continue;
    cells[to] = column.attribute.custom?.several ? values.join('\n') : values[0];
  }
  return cells;
}

/** A provider that is limited to e-mail domains gives nobody an address of another one. */
function allowed({ settings }: RulingProvider, cells: Cells): Pick<WithSent, 'leftOut'> & { cells: Cells } {
  const { email, ...others } = cells;
  if (email === undefined || mayLogInAddress(email, settings)) return { cells, leftOut: {} };
  return { cells: others, leftOut: { email: OTHER_DOMAIN } };
}

function withLeftOut(checked: Checked<WithSent>, leftOut: WithSent['leftOut']): Checked<WithSent> {
  if (!checked.ok) return checked;
  return { ok: true, value: { ...checked.value, leftOut: { ...leftOut, ...checked.value.leftOut } } };
}

function withMatchedName({ settings: { match } }: RulingProvider, cells: Cells, name: string): Cells {
  if (match === 'externalId') return { ...cells, externalId: name };
  if (match === 'email') return { ...cells, email: name };
  const { userName = '', email = '' } = cells;
  const isNamed = match === 'userNameOrEmail' && [userName, email].some((one) => loginKey(one) === loginKey(name));
  if (isNamed) return cells;
  return match === 'userNameOrEmail' && name.includes('@') ? { ...cells, email: name } : { ...cells, userName: name };
}

/** The columns with the name that a login was matched by: another value would keep the next login from finding the person. */
function matchedColumns({ settings: { match } }: RulingProvider, { userName }: User, name: string): string[] {
  if (match === 'externalId') return ['externalId'];
  const isByUserName = match === 'userName' || (match === 'userNameOrEmail' && loginKey(userName) === loginKey(name));
  return isByUserName ? [] : ['email'];
}
