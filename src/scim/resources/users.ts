import type { Db } from '../../db/open.ts';
import { isUniqueViolation } from '../../db/uniqueViolation.ts';
import { hashPassword } from '../../login/passwords.ts';
import { deletePerson, insertPerson, lockUser, writePerson } from '../../people/users.ts';
import { readCount } from '../../store/directoryCounts.ts';
import { findGroupsOfUsers } from '../../store/groups.ts';
import { countMatching, selectUsers } from '../../store/selection.ts';
import { findDisplayNames, findUser, type User } from '../../store/users.ts';
import { type Call, isId, notFound, requireManageable, requireWritable, type ScimAnswer } from '../http/call.ts';
import { ScimError } from '../http/errors.ts';
import { logChange } from '../http/log.ts';
import { applyPatch } from '../protocol/applyPatch.ts';
import { changesBetween } from '../protocol/changes.ts';
import { parametersOfUrl, projectionOf } from '../protocol/listQuery.ts';
import type { Table } from '../protocol/page.ts';
import { isUnchanged, requireMatch } from '../protocol/preconditions.ts';
import { project } from '../protocol/projection.ts';
import { readPatch, type Step } from '../protocol/readPatch.ts';
import { readResource } from '../schema/readResource.ts';
import { type Json, readSingle } from '../schema/readValue.ts';
import { INTERACT_URN, userType } from '../schema/schema.ts';
import { attributesOfUser, type Surroundings, userOfAttributes, userResource } from './userResource.ts';

/** POST /Users (RFC 7644 3.3). */
export async function createUser(call: Call): Promise<ScimAnswer> {
  requireWritable(call);
  const { deps, source, trace, request } = call;
  const resource = readResource(userType, request.body);
  const attributes = userOfAttributes(resource, undefined);
  trace.resourceName = attributes.userName;
  const passwordHash = (await hashOf(call, resource.password)) ?? null;
  const user = await uniquely(() =>
    deps.store.db.transaction().execute(async (trx) => {
      const added = await insertPerson(trx, deps, attributes, { sourceId: source.id, passwordHash });
      trace.resourceId = added.id;
      trace.changes = changesBetween({}, resource);
      await logChange(trx, call, 201);
      return added;
    }),
  );
  return userAnswer(call, 201, user);
}

/** GET /Users/{id} (RFC 7644 3.4.1). */
export async function getUser(call: Call, id: string): Promise<ScimAnswer> {
  call.trace.resourceId = isId(id) ? id : null;
  const user = isId(id) ? await findUser(call.deps.store.db, id) : undefined;
  if (!user) throw notFound();
  call.trace.resourceName = user.userName;
  const answer = await userAnswer(call, 200, user);
  const { ETag = '' } = answer.headers ?? {};
  return isUnchanged(call.request.ifNoneMatch, ETag) ? { status: 304, headers: { ETag } } : answer;
}

/** PUT /Users/{id} (RFC 7644 3.5.1). */
export async function replaceUser(call: Call, id: string): Promise<ScimAnswer> {
  requireWritable(call);
  const resource = readResource(userType, call.request.body);
  // Left out, these stay: nobody is let in again or loses a right, and the vendor's extension is the intranet's own, which a client need
  // not know.
  const user = await changeUser(
    call,
    id,
    resource.password,
    ({ active, userType: type, [INTERACT_URN]: interact }) => ({
      active,
      userType: type,
      [INTERACT_URN]: interact,
      ...resource,
    }),
  );
  return userAnswer(call, 200, user);
}

/** PATCH /Users/{id} (RFC 7644 3.5.2). */
export async function patchUser(call: Call, id: string): Promise<ScimAnswer> {
  requireWritable(call);
  const steps = readPatch(userType, call.request.body);
  const user = await changeUser(call, id, passwordOf(steps), (known) => applyPatch(userType, known, steps));
  const answersNothing = call.source.patchAnswer === 'none' && !call.request.query.has('attributes');
  return answersNothing ? { status: 204, headers: { ETag: `W/"${user.version}"` } } : userAnswer(call, 200, user);
}

/** DELETE /Users/{id} (RFC 7644 3.6): the person, their sessions and memberships, for good. */
export async function removeUser(call: Call, id: string): Promise<ScimAnswer> {
  requireWritable(call);
  const { deps, trace, request } = call;
  trace.resourceId = isId(id) ? id : null;
  if (!isId(id)) throw notFound();
  await deps.store.db.transaction().execute(async (trx) => {
    const user = await lockUser(trx, id);
    if (!user) throw notFound();
    trace.resourceName = user.userName;
    requireMatch(request.ifMatch, user.version);
    requireManageable(call, user);
    await deletePerson(trx, deps, id);
    await logChange(trx, call, 204);
  });
  return { status: 204 };
}

/** People as a table to list. */
export function usersTable({ deps }: Call): Table<User> {
  const { db } = deps.store;
  return {
    name: 'users',
    select: (selection) => selectUsers(db, selection),
    count: (condition) => countMatching(db, 'users', condition),
    countAll: () => readCount(db, 'users'),
  };
}

/** People as resources, whole: their groups and the names of their managers are read with one query each. */
export async function userResources({ deps, baseUrl }: Pick<Call, 'deps' | 'baseUrl'>, users: User[]): Promise<Json[]> {
  if (users.length === 0) return [];
  const { db } = deps.store;
  const groups: Surroundings['groups'] = new Map();
  for (const { userId, ...group } of await findGroupsOfUsers(
    db,
    users.map(({ id }) => id),
  ))
    groups.set(userId, [...(groups.get(userId) ?? []), group]);
  const managers = users.map(({ profile }) => profile.enterprise?.manager?.value).filter((id) => id !== undefined);
  const managerNames = new Map((await findDisplayNames(db, managers)).map(({ id, displayName }) => [id, displayName]));
  return users.map((user) => userResource(user, { baseUrl, groups, managerNames }));
}

async function userAnswer(call: Call, status: number, user: User): Promise<ScimAnswer> {
  const [whole = {}] = await userResources(call, [user]);
  const { location, version } = whole.meta as { location: string; version: string };
  const projection = projectionOf(userType, parametersOfUrl(call.request.query));
  const headers = { ETag: version, [status === 201 ? 'Location' : 'Content-Location']: location };
  return { status, headers, body: project(userType, whole, projection) };
}

/**
 * Lets `change` say what a person's attributes become, with the person locked: of several changes at once none is lost.
 * Returns the person as they are afterwards.
 */
async function changeUser(
  call: Call,
  id: string,
  password: unknown,
  change: (attributes: Json) => Json,
): Promise<User> {
  const { deps, trace, request } = call;
  trace.resourceId = isId(id) ? id : null;
  if (!isId(id)) throw notFound();
  const passwordHash = await hashOf(call, password); // takes a while: not with the person locked
  return uniquely(() =>
    deps.store.db.transaction().execute(async (trx) => {
      const before = await lockUser(trx, id);
      if (!before) throw notFound();
      trace.resourceName = before.userName;
      requireMatch(request.ifMatch, before.version);
      requireManageable(call, before);
      return writeUser(trx, call, before, change(attributesOfUser(before)), passwordHash);
    }),
  );
}

async function writeUser(
  db: Db,
  call: Call,
  before: User,
  resource: Json,
  passwordHash: string | null | undefined,
): Promise<User> {
  const { deps, source, trace } = call;
  const attributes = userOfAttributes(resource, before);
  const changes = changesBetween(attributesOfUser(before), attributesOfUser({ ...before, ...attributes }));
  if (passwordHash !== undefined) changes.push({ attribute: 'password' });
  if (changes.length === 0 && before.sourceId === source.id) return before;
  if (before.active && !attributes.active) trace.event = 'user_deprovision';
  trace.changes = changes;
  const user = await writePerson(db, deps, before, { ...attributes, sourceId: source.id }, passwordHash);
  if (!user) throw new ScimError(409, undefined, 'Somebody else changed this person at the same moment. Try again.');
  await logChange(db, call, 200);
  return user;
}

/** The password that the steps of a PATCH come to: undefined where they say nothing of it, null where they take it away. */
function passwordOf(steps: Step[]): unknown {
  const last = steps.findLast(({ attribute }) => attribute.name === 'password');
  if (!last) return undefined;
  return last.op === 'remove' ? null : (readSingle(last.attribute, last.value) ?? null);
}

async function hashOf({ deps }: Call, password: unknown): Promise<string | null | undefined> {
  if (password === null) return null;
  return typeof password === 'string' ? hashPassword(deps, password) : undefined;
}

async function uniquely<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (isUniqueViolation(error)) throw new ScimError(409, 'uniqueness', 'Somebody has this userName already.');
    throw error;
  }
}
