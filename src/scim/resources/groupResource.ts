import type { Deps } from '../../deps.ts';
import { type Group, listMembers, type Member } from '../../store/groups.ts';
import { type Projection, project, wants } from '../protocol/projection.ts';
import { isoTime } from '../protocol/time.ts';
import type { Json } from '../schema/readValue.ts';
import { GROUP_URN, groupType } from '../schema/schema.ts';

const MEMBERS_AT_ONCE = 2_000;

/** A group as a SCIM resource (RFC 7643 4.2), without its members. */
export function groupResource(group: Group, baseUrl: string): Json {
  return {
    schemas: [GROUP_URN],
    id: group.id,
    ...(group.externalId === null ? {} : { externalId: group.externalId }),
    displayName: group.displayName,
    meta: {
      resourceType: 'Group',
      created: isoTime(group.createdAt),
      lastModified: isoTime(group.modifiedAt),
      location: `${baseUrl}/Groups/${group.id}`,
      version: groupVersion(group),
    },
  };
}

export function groupVersion({ version }: Pick<Group, 'version'>): string {
  return `W/"${version}"`;
}

/**
 * A group with its members as pieces of JSON text, read some thousand at a time: a group of any size passes through little memory.
 * Without the members where they are not wanted.
 */
export async function* groupJson(
  { deps, baseUrl }: { deps: Deps; baseUrl: string },
  group: Group,
  projection: Projection | undefined,
): AsyncIterable<string> {
  const head = JSON.stringify(project(groupType, groupResource(group, baseUrl), projection));
  if (!wants(groupType, 'members', projection)) {
    yield head;
    return;
  }
  let after: string | undefined;
  let text = head.slice(0, -1);
  do {
    const members = await listMembers(deps.store.db, group.id, after, MEMBERS_AT_ONCE);
    const items = members.map((member) => memberJson(member, baseUrl, projection)).join(',');
    if (items !== '') text += (after === undefined ? ',"members":[' : ',') + items;
    const isLast = members.length < MEMBERS_AT_ONCE;
    const opened = after !== undefined || items !== '';
    after = isLast ? undefined : members.at(-1)?.userId;
    yield isLast ? `${text}${opened ? ']' : ''}}` : text;
    text = '';
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
