import type { Db } from '../../db/open.ts';
import { type Group, listMembers, type Member } from '../../store/groups.ts';
import type { Call } from '../http/call.ts';
import { type Projection, project, wants } from '../protocol/projection.ts';
import type { Json } from '../schema/readResource.ts';
import { GROUP_URN, groupType } from '../schema/schema.ts';
import { versionTag } from './operations.ts';

const MEMBERS_AT_ONCE = 2_000;

/**
 * Yields a group and its members as pieces of JSON text (RFC 7643 4.2). Members are read in batches, so that a group of any size needs
 * little memory.
 */
export async function* groupJson(
  { deps, baseUrl }: Pick<Call, 'deps' | 'baseUrl'>,
  group: Group,
  projection: Projection | undefined,
): AsyncIterable<string> {
  const head = JSON.stringify(project(groupType, groupResource(group, baseUrl), projection));
  if (!wants(groupType, 'members', projection)) {
    yield head;
    return;
  }
  yield head.slice(0, -1);
  let isFirst = true;
  for await (const members of memberBatches(deps.store.db, group.id)) {
    yield isFirst ? ',"members":[' : ',';
    isFirst = false;
    yield members.map((member) => memberJson(member, baseUrl, projection)).join(',');
  }
  yield isFirst ? '}' : ']}';
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

async function* memberBatches(db: Db, groupId: string): AsyncIterable<Member[]> {
  let after: string | undefined;
  do {
    const members = await listMembers(db, groupId, after, MEMBERS_AT_ONCE);
    if (members.length > 0) yield members;
    after = members.length < MEMBERS_AT_ONCE ? undefined : members.at(-1)?.userId;
  } while (after !== undefined);
}

function memberJson({ userId, displayName }: Member, baseUrl: string, projection: Projection | undefined): string {
  const member = {
    value: userId,
    $ref: `${baseUrl}/Users/${userId}`,
    type: 'User',
    ...(displayName === null ? {} : { display: displayName }),
  };
  if (!projection) return JSON.stringify(member);
  const { members } = project(groupType, { members: [member] }, projection) as { members?: unknown[] };
  return JSON.stringify(members?.[0] ?? {});
}
