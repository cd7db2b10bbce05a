import { currentActor, personActor } from '../audit/actor.ts';
import { changeOf, changesBetween } from '../audit/changes.ts';
import { type AuditDeps, recordChange } from '../audit/record.ts';
import type { Db } from '../db/open.ts';
import { personTarget, sessionsEnded } from '../people/recordPerson.ts';
import type { User } from '../store/users.ts';
import type { SecondFactors } from './secondFactors.ts';

/** Records in the audit log which second factors a person got or lost, or that they got new recovery codes, and how many sessions ended. */
export async function recordSecondFactors(
  db: Db,
  deps: AuditDeps,
  user: User,
  { before, after, sessions }: { before: SecondFactors; after: SecondFactors; sessions: number },
): Promise<void> {
  const [had, has] = [idsOf(before), idsOf(after)];
  const isAdded = has.some((id) => !had.includes(id));
  const action = isAdded ? 'added' : has.length < had.length ? 'removed' : 'codes_created';
  const changes = changesBetween(shown(before), shown(after));
  if (action === 'codes_created') changes.push({ name: 'recoveryCodes', secret: true });
  const all = [...changes, ...sessionsEnded(sessions)];
  await recordChange(db, deps, `second_factor.${action}`, personTarget(user), all);
}

/** Records in the audit log that a person used up a recovery code. @param left how many they still have */
export async function recordUsedCode(db: Db, deps: AuditDeps, user: User, left: number): Promise<void> {
  const changes = [changeOf('recoveryCodes', left + 1, left)];
  const owner = personActor(user, currentActor(deps).address); // who is not logged in yet
  await recordChange(db, deps, 'second_factor.code_used', personTarget(user), changes, owner);
}

function idsOf({ app, passkeys }: SecondFactors): string[] {
  return [...(app ? [`app ${app.createdAt}`] : []), ...passkeys.map(({ id }) => id)];
}

function shown({ app, passkeys, recoveryCodes }: SecondFactors): object {
  return {
    authenticatorApp: app && new Date(app.createdAt).toISOString(),
    passkeys: passkeys.map(({ name, rpId }) => ({ name, host: rpId })),
    recoveryCodes,
  };
}
