import type { Db } from '../../db/open.ts';
import { nameOf } from '../../people/users.ts';
import { findMembersOfGroups, listMembers, type Member } from '../../store/groupMembers.ts';
import type { Group } from '../../store/groups.ts';
import { listNestedGroups, type NestedGroup } from '../../store/nestedGroups.ts';
import type { Call } from '../http/call.ts';
import { type Projection, project, wants } from '../protocol/projection.ts';
import type { Json } from '../schema/json.ts';
import { GROUP_URN, groupType } from '../schema/schema.ts';
import { versionTag } from './operations.ts';

const MEMBERS_AT_ONCE = 1_000;
const GROUPS_AT_ONCE = 100;

/**
 * Yields a group and its members as pieces of JSON text (RFC 7643 4.2). Without `known`, members are read in batches, so that a group of
 * any size needs little memory.
 */
export async function* groupJson(
  { deps, baseUrl }: Pick<Call, 'deps' | 'baseUrl'>,
  group: Group,
  projection: Projection | undefined,
  known?: { people: Member[]; groups: NestedGroup[] },
): AsyncIterable<string> {
  const head = JSON.stringify(project(groupType, groupResource(group, baseUrl), projection));
  if (!wants(groupType, 'members', projection)) {
    yield head;
    return;
  }
  yield head.slice(0, -1);
  let isFirst = true;
  for await (const members of known ? [known.people, known.groups] : memberBatches(deps.store.db, group.id)) {
    if (members.length === 0) continue;
    yield isFirst ? ',"members":[' : ',';
    isFirst = false;
    yield members.map((member) => memberJson(member, baseUrl, projection)).join(',');
  }
  yield isFirst ? '}' : ']}';
}

/**
 * Yields a page of groups with their members as JSON text, separated by commas. The members of many groups are read with one query, but
 * those of a group with very many in batches.
 */
export async function* groupsJson(
  call: Pick<Call, 'deps' | 'baseUrl'>,
  page: Group[],
  projection: Projection | undefined,
): AsyncIterable<string> {
  const { db } = call.deps.store;
  const isWanted = wants(groupType, 'members', projection);
  let size = GROUPS_AT_ONCE;
  let start = 0;
  while (start < page.length) {
    const groups = page.slice(start, start + size);
    const ids = groups.map(({ id }) => id);
    const members = isWanted ? await findMembersOfGroups(db, ids, MEMBERS_AT_ONCE) : new Map<string, Member[]>();
    if (!members && size > 1) {
      size = Math.ceil(size / 10);
      continue;
    }
    const nested = Map.groupBy(isWanted ? await listNestedGroups(db, ids) : [], ({ groupId }) => groupId);
    for (const [index, group] of groups.entries()) {
      if (start + index > 0) yield ',';
      const people = members?.get(group.id);
      yield* groupJson(call, group, projection, people && { people, groups: nested.get(group.id) ?? [] });
    }
    start += groups.length;
    size = Math.min(GROUPS_AT_ONCE, size * 2);
  }
}

function groupResource(group: Group, baseUrl: string): Json {
  return {
    schemas: [GROUP_URN],
    id: group.id,
    ...(group.externalId === null ? {} : { externalId: group.externalId }),
    displayName: group.displayName,
    meta: {
      resourceType: 'Group',
      created: new Date(group.createdAt).toISOString(),
      lastModified: new Date(group.modifiedAt).toISOString(),
      location: `${baseUrl}/Groups/${group.id}`,
      version: versionTag(group.version),
    },
  };
}

/** People first, then groups. */
async function* memberBatches(db: Db, groupId: string): AsyncIterable<Member[] | NestedGroup[]> {
  let after: string | undefined;
  do {
    const members = await listMembers(db, groupId, after, MEMBERS_AT_ONCE);
    if (members.length > 0) yield members;
    after = members.length < MEMBERS_AT_ONCE ? undefined : members.at(-1)?.userId;
  } while (after !== undefined);
  yield await listNestedGroups(db, [groupId]);
}

function memberJson(member: Member | NestedGroup, baseUrl: string, projection: Projection | undefined): string {
  const shown = 'userId' in member ? personRef(member, baseUrl) : groupRef(member, baseUrl);
  if (!projection) return JSON.stringify(shown);
  const { members } = project(groupType, { members: [shown] }, projection) as { members?: unknown[] };
  return JSON.stringify(members?.[0] ?? {});
}

function personRef(person: Member, baseUrl: string): Json {
  const { userId } = person;
  return { value: userId, $ref: `${baseUrl}/Users/${userId}`, type: 'User', display: nameOf(person) };
}

function groupRef({ id, displayName }: NestedGroup, baseUrl: string): Json {
  return { value: id, $ref: `${baseUrl}/Groups/${id}`, type: 'Group', display: displayName };
}
