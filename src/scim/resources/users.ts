import { hashPassword } from '../../login/passwords.ts';
import { deletePerson, insertPerson, lockUser, writePerson } from '../../people/users.ts';
import { findGroupsOfUsers } from '../../store/groups.ts';
import { selectUsers } from '../../store/selection.ts';
import { findDisplayNames, findUser, findUserByUserName, type User } from '../../store/users.ts';
import type { Call } from '../http/call.ts';
import { changesBetween } from '../http/log.ts';
import { applyPatch, type PatchStep } from '../protocol/patch.ts';
import { project } from '../protocol/projection.ts';
import { type Json, readSingle } from '../schema/readResource.ts';
import { INTERACT_URN, userType } from '../schema/schema.ts';
import type { Model, Update } from './operations.ts';
import { noteLastPowerUser, permittedAttributes, permittedHash, permittedPassword, requireTakeOver } from './rights.ts';
import { attributesOfUser, createIsoTime, type UserContext, userOfAttributes, userResource } from './userResource.ts';

const PEOPLE_PER_PIECE = 50;

/** People as SCIM resources. */
export const users: Model<User> = {
  type: userType,
  table: 'users',
  uniqueAttribute: 'userName',
  nameOf: ({ userName }) => userName,
  find: findUser,
  findByName: findUserByUserName,
  select: selectUsers,
  lock: lockUser,
  async create(call, resource) {
    const { deps, source } = call;
    const permitted = permittedAttributes(call, resource);
    const attributes = userOfAttributes(permitted, undefined);
    const passwordHash = (await hashOf(call, resource.password)) ?? null;
    if (passwordHash === null) delete permitted.password; // of the changes
    return async (db) => ({
      row: await insertPerson(db, deps, attributes, { sourceId: source.id, passwordHash }),
      changes: changesBetween({}, permitted),
    });
  },
  // A PUT empties omitted attributes except these: a PUT of other attributes must not reactivate people or change their rights, and
  // the vendor's extension belongs to the intranet (docs/decisions/scim-put-keeps-rights.md).
  replace: (call, resource) =>
    updateOf(call, resource.password, (known) => ({
      active: known.active,
      userType: known.userType,
      [INTERACT_URN]: known[INTERACT_URN],
      ...resource,
    })),
  patch: (call, steps) => updateOf(call, passwordOf(steps), (known) => applyPatch(userType, known, steps)),
  check: requireTakeOver,
  delete: (db, call, user) => deletePerson(db, call.deps, user).catch((error) => noteLastPowerUser(call, error)),
  async represent(call, user, projection) {
    const resource = (await userResources(call, [user]))(user);
    const { version } = resource.meta as { version: string };
    return { version, body: project(userType, resource, projection) };
  },
  async *writeJson(call, rows, projection) {
    const resourceOf = await userResources(call, rows);
    for (let start = 0; start < rows.length; start += PEOPLE_PER_PIECE) {
      const people = rows.slice(start, start + PEOPLE_PER_PIECE);
      const shown = people.map((user) => project(userType, resourceOf(user), projection));
      yield (start > 0 ? ',' : '') + JSON.stringify(shown).slice(1, -1);
    }
  },
};

/** Reads the groups and the managers' names of all people with one query each, and returns what makes their resources. */
async function userResources({ deps, baseUrl }: Call, people: User[]): Promise<(user: User) => Json> {
  const { db } = deps.store;
  const ids = people.map(({ id }) => id);
  const groups: UserContext['groups'] = new Map();
  for (const { userId, ...group } of await findGroupsOfUsers(db, ids))
    groups.set(userId, [...(groups.get(userId) ?? []), group]);
  const managers = people.map(({ profile }) => profile.enterprise?.manager?.value).filter((id) => id !== undefined);
  const managerNames = new Map((await findDisplayNames(db, managers)).map(({ id, displayName }) => [id, displayName]));
  const isoTime = createIsoTime();
  return (user) => userResource(user, { baseUrl, isoTime, groups, managerNames });
}

/** Hashes the password first: that takes a while, and the person is locked during the update. */
async function updateOf(call: Call, password: unknown, change: (attributes: Json) => Json): Promise<Update<User>> {
  const { deps, source, trace } = call;
  const sentHash = await hashOf(call, password);
  return async (db, before) => {
    const known = attributesOfUser(before);
    const passwordHash = permittedHash(call, before, sentHash);
    const attributes = userOfAttributes(permittedAttributes(call, change(known), known), before);
    const changes = changesBetween(known, attributesOfUser({ ...before, ...attributes }));
    if (passwordHash !== undefined) changes.push({ attribute: 'password' });
    if (before.active && !attributes.active) trace.event = 'user_deprovision';
    return {
      changes,
      save: () =>
        writePerson(db, deps, before, { ...attributes, sourceId: source.id }, { passwordHash }).catch((error) =>
          noteLastPowerUser(call, error),
        ),
    };
  };
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
