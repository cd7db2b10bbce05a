import type { Deps } from '../deps.ts';
import { isId } from '../identifier.ts';
import {
  AUDIT_INTEGRITY,
  domainPath,
  GENERAL,
  NOTIFICATIONS,
  providerPath,
  SCIM,
  SCIM_LOG,
  setupLinkPath,
  WEBHOOKS,
} from '../paths.ts';
import { nameOf } from '../people/users.ts';
import type { AuditChange } from '../store/audit.ts';
import { findReferenced, type Reference as Row } from '../store/auditReferences.ts';
import type { AuditedSetting } from '../store/settings.ts';
import { findUsersById } from '../store/users.ts';

/** What an ID stands for today: its name, and the path of its screen. */
export type Reference = { name: string; href: string };

/** References by ID. What was deleted since is missing. */
export type References = ReadonlyMap<string, Reference>;

const MOST_IDS = 5_000;
const USERS_AT_ONCE = 500;

/** Returns the texts in the values of a change, among which IDs are. */
export function textsIn({ before, after, added = [], removed = [] }: AuditChange): string[] {
  return [before, after, added, removed].flat().filter((value) => typeof value === 'string');
}

/** Returns what IDs stand for today. Texts that are no IDs are ignored. */
export async function findReferences(deps: Deps, ids: (string | null)[]): Promise<References> {
  const known = [...new Set(ids.filter(isId))].slice(0, MOST_IDS);
  const people: [string, Reference][] = [];
  for (let start = 0; start < known.length; start += USERS_AT_ONCE)
    for (const [id, user] of await findUsersById(deps.store.db, known.slice(start, start + USERS_AT_ONCE)))
      people.push([id, { name: nameOf(user), href: `/settings/people/${id}` }]);
  const others = await findReferenced(deps.store.db, known);
  return new Map([
    ...people,
    ...deps.attributes.list.flatMap(({ custom, label }): [string, Reference][] =>
      custom ? [[custom.id, { name: label, href: `/settings/attributes/${custom.id}` }]] : [],
    ),
    ...others.map((row): [string, Reference] => [row.id, { name: row.name, href: pathOf(row) }]),
  ]);
}

/** The screens of the settings. */
const settingPaths: Record<AuditedSetting, string> = {
  intranet: GENERAL,
  notifications: NOTIFICATIONS,
  scimLogDays: SCIM_LOG,
  auditDays: AUDIT_INTEGRITY,
};

/** Returns the path of what an entry is about, if it still exists. */
export function pathOfTarget(kind: string, id: string | null, references: References): string | undefined {
  if (kind === 'settings') return settingPaths[id as AuditedSetting];
  if (kind === 'audit') return AUDIT_INTEGRITY;
  return id === null ? undefined : references.get(id)?.href;
}

function pathOf({ kind, id, place }: Row): string {
  if (kind === 'group') return `/settings/groups/${id}`;
  if (kind === 'source') return `${SCIM}/${id}`;
  if (kind === 'job') return `/settings/jobs/${id}`;
  if (kind === 'webhook') return `${WEBHOOKS}/${id}`;
  if (kind === 'provider') return providerPath(place ?? '', id);
  return kind === 'setupLink' ? setupLinkPath(place ?? '', id) : domainPath(id);
}
