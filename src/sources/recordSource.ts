import { changeOf, changesBetween } from '../audit/changes.ts';
import { type AuditDeps, type AuditTarget, recordChange } from '../audit/record.ts';
import type { Db } from '../db/open.ts';
import { ownedNames } from '../people/ownership.ts';
import type { ProfileSource, SourceToken } from '../store/profileSources.ts';

/** Records that a profile source was added, changed or removed, in the audit log: nothing if it stays the same. */
export async function recordSource(
  db: Db,
  deps: AuditDeps,
  before: ProfileSource | undefined,
  after: ProfileSource | undefined,
): Promise<void> {
  const source = after ?? before;
  const changes = changesBetween(before && settingsOf(before), after && settingsOf(after));
  if (!source || changes.length === 0) return;
  const action = !before ? 'source.created' : after ? 'source.updated' : 'source.deleted';
  await recordChange(db, deps, action, targetOf(source), changes);
}

/** Records that a source got a token, by its last characters. @param expiresAt epoch milliseconds, null for never */
export async function recordNewToken(
  db: Db,
  deps: AuditDeps,
  source: ProfileSource,
  { hint, expiresAt }: Pick<SourceToken, 'hint' | 'expiresAt'>,
): Promise<void> {
  const changes = [changeOf('hint', undefined, hint), changeOf('expiresAt', undefined, timeText(expiresAt))];
  await recordChange(db, deps, 'source.token_created', targetOf(source), changes);
}

/** Records which tokens of a source expire at a time (epoch milliseconds), because a new one replaces them. */
export async function recordReplacedTokens(
  db: Db,
  deps: AuditDeps,
  source: ProfileSource,
  tokens: SourceToken[],
  at: number,
): Promise<void> {
  const replaced = tokens.filter(({ expiresAt }) => expiresAt === null || expiresAt > at);
  for (const { hint, expiresAt } of replaced) {
    const changes = [changeOf('hint', hint, undefined), changeOf('expiresAt', timeText(expiresAt), timeText(at))];
    await recordChange(db, deps, 'source.token_deleted', targetOf(source), changes);
  }
}

function targetOf({ id, name }: ProfileSource): AuditTarget {
  return { kind: 'source', id, name };
}

/** What a Power User decides about a source, and what it has learned to own. */
function settingsOf(source: ProfileSource): object {
  const { id: _, lastCallAt: __, createdAt: ___, modifiedAt: ____, mappingJson, ownership, ...settings } = source;
  const { owned, leftOut } = ownedNames({ ownership });
  return { ...settings, owned, leftOut, mapping: JSON.parse(mappingJson) };
}

function timeText(at: number | null): string {
  return at === null ? 'never' : new Date(at).toISOString();
}
