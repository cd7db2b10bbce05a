import { hash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { AuditChange } from '../store/audit.ts';

const MAX_VALUE = 4_000;
const MAX_IDS = 1_000; // about 40 kB

/** A value that is too long to keep: its beginning, its length, and the SHA-256 (hex) of all of it. */
export type CutValue = { start: string; length: number; sha256: string };

/**
 * Returns the differences between two objects, by their own properties. A missing object has none: something was created or deleted.
 * @param secret properties whose values must not be recorded
 */
export function changesBetween(
  before: object | undefined,
  after: object | undefined,
  secret: readonly string[] = [],
): AuditChange[] {
  const [old, now]: Record<string, unknown>[] = [{ ...before }, { ...after }];
  const names = Object.keys({ ...before, ...after });
  return names.flatMap((name) => {
    const [from, to] = [old?.[name] ?? undefined, now?.[name] ?? undefined];
    if (isDeepStrictEqual(from, to)) return [];
    return secret.includes(name) ? [{ name, secret: true as const }] : [changeOf(name, from, to)];
  });
}

/** Returns a change as it is kept: without values that are missing, and with the beginning of long ones. */
export function changeOf(name: string, before: unknown, after: unknown): AuditChange {
  const change: AuditChange = { name };
  if (before !== undefined) change.before = kept(before);
  if (after !== undefined) change.after = kept(after);
  return change;
}

/** Returns the IDs that were added to a list and removed from it, as changes with at most 1,000 IDs each: one for an entry. */
export function idChanges(
  name: string,
  { added = [], removed = [] }: { added?: readonly string[]; removed?: readonly string[] },
): AuditChange[] {
  const parts = [
    ...chunksOf(removed).map((removed) => ({ name, removed })),
    ...chunksOf(added).map((added) => ({ name, added })),
  ];
  if (parts.length === 0 || added.length + removed.length > MAX_IDS) return parts;
  return [{ name, ...parts[0], ...parts[1] }];
}

function chunksOf(ids: readonly string[]): string[][] {
  return Array.from({ length: Math.ceil(ids.length / MAX_IDS) }, (_, index) =>
    ids.slice(index * MAX_IDS, (index + 1) * MAX_IDS),
  );
}

function kept(value: unknown): unknown {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  if (text === undefined || text.length <= MAX_VALUE) return value;
  return {
    start: text.slice(0, MAX_VALUE).toWellFormed(),
    length: text.length,
    sha256: hash('sha256', text),
  } satisfies CutValue;
}
