import type { Db } from '../../db/open.ts';
import type { Deps } from '../../deps.ts';
import { hashPassword } from '../../login/passwords.ts';
import type { UserAttributes } from '../../people/attribute.ts';
import { findUnknownReference, referencesOf } from '../../people/references.ts';
import { deletePerson, insertPerson, lockUser, writePerson } from '../../people/users.ts';
import { findGroupsOfUsers } from '../../store/groups.ts';
import { selectUsers } from '../../store/selection.ts';
import { findDisplayNames, findUser, findUserByUserName, type User } from '../../store/users.ts';
import type { Call } from '../http/call.ts';
import { badRequest } from '../http/errors.ts';
import { changesBetween } from '../http/log.ts';
import { applyPatch, type PatchStep } from '../protocol/patch.ts';
import { project } from '../protocol/projection.ts';
import { field, isObject, type Json } from '../schema/json.ts';
import { personNames, readSingle } from '../schema/readResource.ts';
import { type ResourceType, userTypeOf } from '../schema/schema.ts';
import type { Model, Update } from './operations.ts';
import { ownedPerson, type Sent } from './ownership.ts';
import { noteLastPowerUser, permittedAttributes, permittedHash, permittedPassword, requireTakeOver } from './rights.ts';
import { attributesOfUser, createIsoTime, type UserContext, userOfAttributes, userResource } from './userResource.ts';

const PEOPLE_PER_PIECE = 50;

/** People as SCIM resources. */
export const users: Model<User> = {
  typeOf,
  table: 'users',
  uniqueAttribute: 'userName',
  hasOwners: true,
  nameOf: ({ userName }) => userName,
  find: findUser,
  findByName: findUserByUserName,
  select: selectUsers,
  lock: lockUser,
  async create(call, resource, sent) {
    const { deps, source } = call;
    const attributes = userOfAttributes(permittedAttributes(call, resource, sent), undefined, deps.attributes.list);
    const passwordHash = (await hashOf(call, resource.password)) ?? null;
    return async (db) => {
      const person = await ownedPerson(db, call, undefined, attributes, { names: sent });
      await requireKnownPeople(db, deps, person, undefined);
      const row = await insertPerson(db, deps, person, { sourceId: source.id, passwordHash });
      const changes = changesBetween({}, attributesOfUser(row, deps.attributes.list));
      return { row, changes: passwordHash === null ? changes : [...changes, { attribute: 'password' }] };
    };
  },
  // A PUT of other attributes must not reactivate people or change their rights (docs/decisions/rights-of-a-scim-source.md).
  replace: (call, resource, names) =>
    updateOf(call, { names, replaces: true, wasRead: hasMeta(call) }, resource.password, ({ active, userType }) => ({
      active,
      userType,
      ...resource,
    })),
  patch: (call, steps) => {
    const names = new Set(steps.flatMap((step) => personNames(step, step.value)));
    return updateOf(call, { names }, passwordOf(steps), (known) => applyPatch(typeOf(call.deps), known, steps));
  },
  check: requireTakeOver,
  delete: (db, call, user) => deletePerson(db, call.deps, user).catch((error) => noteLastPowerUser(call, error)),
  async represent(call, user, projection) {
    const resource = (await userResources(call, [user]))(user);
    const { version } = resource.meta as { version: string };
    return { version, body: project(typeOf(call.deps), resource, projection) };
  },
  async *writeJson(call, rows, projection) {
    const type = typeOf(call.deps);
    const resourceOf = await userResources(call, rows);
    for (let start = 0; start < rows.length; start += PEOPLE_PER_PIECE) {
      const people = rows.slice(start, start + PEOPLE_PER_PIECE);
      const shown = people.map((user) => project(type, resourceOf(user), projection));
      yield (start > 0 ? ',' : '') + JSON.stringify(shown).slice(1, -1);
    }
  },
};

function typeOf({ attributes }: Pick<Deps, 'attributes'>): ResourceType {
  return userTypeOf(attributes.list);
}

/** Reads the groups and the managers' names of all people with one query each, and returns what makes their resources. */
async function userResources(
  { deps: { store, attributes }, baseUrl }: Call,
  people: User[],
): Promise<(user: User) => Json> {
  const { db } = store;
  const ids = people.map(({ id }) => id);
  const groups: UserContext['groups'] = new Map();
  for (const { userId, ...group } of await findGroupsOfUsers(db, ids))
    groups.set(userId, [...(groups.get(userId) ?? []), group]);
  const { list } = attributes;
  const managers = people.map(({ profile }) => profile.enterprise?.manager?.value).filter((id) => id !== undefined);
  const named = [...managers, ...people.flatMap((user) => referencesOf(user, list))];
  const names = new Map((await findDisplayNames(db, named)).map(({ id, displayName }) => [id, displayName]));
  const isoTime = createIsoTime();
  return (user) => userResource(user, { baseUrl, isoTime, groups, names, attributes: list });
}

/** Whether a client sends back a resource that it has read: only the server makes `meta`. */
function hasMeta({ request: { body } }: Call): boolean {
  return isObject(body) && field(body, 'meta') !== undefined;
}

/** Hashes the password first: that takes a while, and the person is locked during the update. */
async function updateOf(
  call: Call,
  sent: Sent,
  password: unknown,
  change: (attributes: Json) => Json,
): Promise<Update<User>> {
  const { deps, source, trace } = call;
  const sentHash = await hashOf(call, password);
  return async (db, before) => {
    const { list } = deps.attributes;
    const known = attributesOfUser(before, list);
    const passwordHash = permittedHash(call, before, sentHash);
    const wanted = userOfAttributes(permittedAttributes(call, change(known), sent.names, known), before, list);
    const attributes = await ownedPerson(db, call, before, wanted, sent);
    await requireKnownPeople(db, deps, attributes, before);
    const changes = changesBetween(known, attributesOfUser({ ...before, ...attributes }, list));
    if (passwordHash !== undefined) changes.push({ attribute: 'password' });
    if (before.active && !attributes.active) trace.event = 'user_deprovision';
    return {
      changes,
      save: () =>
        writePerson(
          db,
          deps,
          before,
          { ...attributes, sourceId: before.sourceId ?? source.id },
          { passwordHash },
        ).catch((error) => noteLastPowerUser(call, error)),
    };
  };
}

/** @throws ScimError invalidValue if a custom attribute newly names someone who does not exist */
async function requireKnownPeople(
  db: Db,
  { attributes: { list } }: Deps,
  person: UserAttributes,
  before: User | undefined,
): Promise<void> {
  const unknown = await findUnknownReference(db, person, before, list);
  if (unknown) throw badRequest('invalidValue', `${unknown.name}: no person has this id.`);
}

/** Returns the password after a PATCH: undefined if it is not mentioned, null if it is removed. */
function passwordOf(steps: PatchStep[]): unknown {
  const last = steps.findLast(({ attribute }) => attribute.name === 'password');
  if (!last) return undefined;
  return last.op === 'remove' ? null : (readSingle(last.attribute, last.value) ?? null);
}

async function hashOf(call: Call, sent: unknown): Promise<string | null | undefined> {
  const password = permittedPassword(call, sent);
  return typeof password === 'string' ? hashPassword(call.deps, password) : password;
}
