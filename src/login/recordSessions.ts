import { changeOf, idChanges } from '../audit/changes.ts';
import { type AuditDeps, recordChange } from '../audit/record.ts';
import type { Db } from '../db/open.ts';
import { personTarget, sessionsEnded } from '../people/recordPerson.ts';
import type { SessionFilter } from '../store/sessions.ts';
import { findUser } from '../store/users.ts';

/**
 * Records in the audit log whose sessions were ended, and how many. The end of a session by its own logout, or by its limits, is not recorded.
 * @param userIds of the sessions, at most 1,000: a person is there once for each of theirs
 * @param filter what the sessions had in common
 */
export async function recordEndedSessions(
  db: Db,
  deps: AuditDeps,
  userIds: string[],
  { providerId, domainId }: Pick<SessionFilter, 'providerId' | 'domainId'>,
): Promise<void> {
  if (userIds.length === 0) return;
  const people = [...new Set(userIds)];
  const [first = ''] = people;
  const person = people.length === 1 ? await findUser(db, first) : undefined;
  const several = { kind: 'sessions', id: 'several', name: `${people.length} people` } as const;
  const common = [
    ...(providerId === undefined ? [] : [changeOf('providerId', providerId ?? 'local login', undefined)]),
    ...(domainId === undefined ? [] : [changeOf('domainId', domainId, undefined)]),
  ];
  const whose = person ? [] : idChanges('people', { removed: people });
  const changes = [...sessionsEnded(userIds.length), ...common, ...whose];
  await recordChange(db, deps, 'session.ended', person ? personTarget(person) : several, changes);
}
