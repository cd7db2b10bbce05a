import type { Db } from '../../db/open.ts';
import { isUniqueViolation } from '../../db/uniqueViolation.ts';
import { newId } from '../../identifier.ts';
import { readCount } from '../../store/directoryCounts.ts';
import {
  addMembers,
  countMembers,
  deleteGroup,
  findGroup,
  type Group,
  insertGroup,
  updateGroup,
} from '../../store/groups.ts';
import type { Change } from '../../store/scimLog.ts';
import { countMatching, selectGroups } from '../../store/selection.ts';
import { type Call, isId, notFound, requireManageable, requireWritable, type ScimAnswer } from '../http/call.ts';
import { badRequest, ScimError } from '../http/errors.ts';
import { logChange } from '../http/log.ts';
import { applyPatch } from '../protocol/applyPatch.ts';
import { changesBetween } from '../protocol/changes.ts';
import { parametersOfUrl, projectionOf } from '../protocol/listQuery.ts';
import type { Table } from '../protocol/page.ts';
import { isUnchanged, requireMatch } from '../protocol/preconditions.ts';
import { readPatch, type Step } from '../protocol/readPatch.ts';
import { readResource } from '../schema/readResource.ts';
import type { Json } from '../schema/readValue.ts';
import { groupType } from '../schema/schema.ts';
import { groupJson, groupVersion } from './groupResource.ts';
import { type MemberChange, patchMembers, replaceMembers, unknownMembers } from './members.ts';

// A PATCH answers with the whole group; past this many members with 204, unless the client says which attributes it wants.
const BIG_GROUP = 1_000;
const IDS_LOGGED = 100;

/** POST /Groups (RFC 7644 3.3). */
export async function createGroup(call: Call): Promise<ScimAnswer> {
  requireWritable(call);
  const { deps, source, trace, request } = call;
  const resource = readResource(groupType, request.body);
  const members = membersOf(resource);
  const now = deps.now();
  const group: Group = {
    id: newId(deps),
    ...fieldsOf(resource),
    sourceId: source.id,
    version: 1,
    createdAt: now,
    modifiedAt: now,
  };
  Object.assign(trace, { resourceId: group.id, resourceName: group.displayName });
  await uniquely(() =>
    deps.store.db.transaction().execute(async (trx) => {
      await insertGroup(trx, group);
      const { added, unknown } = await addMembers(trx, group.id, members);
      if (unknown.length > 0) throw unknownMembers(unknown);
      trace.changes = [...changesBetween({}, withoutMembers(resource)), ...memberChanges({ added, removed: [] })];
      await logChange(trx, call, 201);
    }),
  );
  return groupAnswer(call, 201, group);
}

/** GET /Groups/{id} (RFC 7644 3.4.1). */
export async function getGroup(call: Call, id: string): Promise<ScimAnswer> {
  call.trace.resourceId = isId(id) ? id : null;
  const group = isId(id) ? await findGroup(call.deps.store.db, id) : undefined;
  if (!group) throw notFound();
  call.trace.resourceName = group.displayName;
  const ETag = groupVersion(group);
  if (isUnchanged(call.request.ifNoneMatch, ETag)) return { status: 304, headers: { ETag } };
  return groupAnswer(call, 200, group);
}

/** PUT /Groups/{id} (RFC 7644 3.5.1): the members become those of the body. */
export async function replaceGroup(call: Call, id: string): Promise<ScimAnswer> {
  requireWritable(call);
  const resource = readResource(groupType, call.request.body);
  const group = await changeGroup(call, id, async (trx, before) => ({
    fields: fieldsOf(resource),
    members: await replaceMembers(trx, before.id, membersOf(resource)),
  }));
  return groupAnswer(call, 200, group);
}

/** PATCH /Groups/{id} (RFC 7644 3.5.2). The members are changed row by row and never read as a whole. */
export async function patchGroup(call: Call, id: string): Promise<ScimAnswer> {
  requireWritable(call);
  const steps = readPatch(groupType, call.request.body);
  const isMembers = ({ attribute }: Step) => attribute.name === 'members';
  const ofGroup = steps.filter((step) => !isMembers(step));
  const group = await changeGroup(call, id, async (trx, before) => ({
    fields: fieldsOf(applyPatch(groupType, attributesOf(before), ofGroup)),
    members: await patchMembers(trx, call.deps.store.engine, before.id, steps.filter(isMembers)),
  }));
  if (await answersNothing(call, group)) return { status: 204, headers: { ETag: groupVersion(group) } };
  return groupAnswer(call, 200, group);
}

/** DELETE /Groups/{id} (RFC 7644 3.6): the group goes, its members stay; deactivating them is the client's part. */
export async function removeGroup(call: Call, id: string): Promise<ScimAnswer> {
  requireWritable(call);
  const { deps, trace, request } = call;
  trace.resourceId = isId(id) ? id : null;
  if (!isId(id)) throw notFound();
  await deps.store.db.transaction().execute(async (trx) => {
    const group = await updateGroup(trx, id, undefined, undefined);
    if (!group) throw notFound();
    trace.resourceName = group.displayName;
    requireMatch(request.ifMatch, group.version);
    requireManageable(call, group);
    await deleteGroup(trx, id);
    await logChange(trx, call, 204);
  });
  return { status: 204 };
}

/** Groups as a table to list. */
export function groupsTable({ deps }: Call): Table<Group> {
  const { db } = deps.store;
  return {
    name: 'groups',
    select: (selection) => selectGroups(db, selection),
    count: (condition) => countMatching(db, 'groups', condition),
    countAll: () => readCount(db, 'groups'),
  };
}

type GroupFields = Pick<Group, 'displayName' | 'externalId'>;

/** Lets `change` change a group and its members, with the group locked. Returns the group as it is afterwards; unchanged it keeps its version. */
async function changeGroup(
  call: Call,
  id: string,
  change: (db: Db, before: Group) => Promise<{ fields: GroupFields; members: MemberChange }>,
): Promise<Group> {
  const { deps, source, trace, request } = call;
  trace.resourceId = isId(id) ? id : null;
  if (!isId(id)) throw notFound();
  return uniquely(() =>
    deps.store.db.transaction().execute(async (trx) => {
      const before = await updateGroup(trx, id, undefined, undefined);
      if (!before) throw notFound();
      trace.resourceName = before.displayName;
      requireMatch(request.ifMatch, before.version);
      requireManageable(call, before);
      const { fields, members } = await change(trx, before);
      trace.changes = [
        ...changesBetween(attributesOf(before), attributesOf({ ...before, ...fields })),
        ...memberChanges(members),
      ];
      if (trace.changes.length === 0 && before.sourceId === source.id) return before;
      const group = await updateGroup(trx, id, before.version, deps.now(), { ...fields, sourceId: source.id });
      if (!group) throw new ScimError(412, undefined, 'The group has changed since it was read.');
      await logChange(trx, call, 200);
      return group;
    }),
  );
}

async function answersNothing({ deps, source, request }: Call, group: Group): Promise<boolean> {
  if (request.query.has('attributes')) return false;
  if (source.patchAnswer === 'none') return true;
  if (request.query.has('excludedAttributes')) return false;
  return (await countMembers(deps.store.db, group.id, BIG_GROUP + 1)) > BIG_GROUP;
}

function groupAnswer(call: Call, status: number, group: Group): ScimAnswer {
  const projection = projectionOf(groupType, parametersOfUrl(call.request.query));
  const location = `${call.baseUrl}/Groups/${group.id}`;
  const headers = { ETag: groupVersion(group), [status === 201 ? 'Location' : 'Content-Location']: location };
  return { status, headers, body: groupJson(call, group, projection) };
}

function attributesOf({ displayName, externalId }: GroupFields): Json {
  return { displayName, ...(externalId === null ? {} : { externalId }) };
}

function fieldsOf({ displayName, externalId }: Json): GroupFields {
  return { displayName: String(displayName), externalId: typeof externalId === 'string' ? externalId : null };
}

function withoutMembers({ members: _, ...rest }: Json): Json {
  return rest;
}

function membersOf({ members }: Json): string[] {
  const given = Array.isArray(members) ? members : [];
  return given.map((member: { value?: unknown }) => {
    if (typeof member.value !== 'string')
      throw badRequest('invalidValue', 'A member needs a value: the id of a person.');
    return member.value;
  });
}

function memberChanges({ added, removed }: MemberChange): Change[] {
  if (added.length === 0 && removed.length === 0) return [];
  const shown = (ids: string[]) =>
    ids.length > IDS_LOGGED ? [...ids.slice(0, IDS_LOGGED), `and ${ids.length - IDS_LOGGED} more`] : ids;
  return [
    {
      attribute: 'members',
      ...(removed.length > 0 ? { before: shown(removed) } : {}),
      ...(added.length > 0 ? { after: shown(added) } : {}),
    },
  ];
}

async function uniquely<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (isUniqueViolation(error))
      throw new ScimError(409, 'uniqueness', 'There is a group with this displayName already.');
    throw error;
  }
}
