import type { SourceToken } from '../../store/profileSources.ts';

const DAY_MS = 86_400_000;
const WARN_MS = 30 * DAY_MS;

/** How it stands with a source's tokens; times are epoch milliseconds. */
export type TokenState = { kind: 'good' } | { kind: 'ends-soon' | 'ended'; at: number } | { kind: 'none' };

/** What of the tokens needs attention: the one that lasts longest counts. */
export function tokenStateOf(tokens: SourceToken[], now: number): TokenState {
  if (tokens.length === 0) return { kind: 'none' };
  if (tokens.some(({ expiresAt }) => expiresAt === null)) return { kind: 'good' };
  const at = Math.max(...tokens.map(({ expiresAt }) => expiresAt ?? 0));
  if (at <= now) return { kind: 'ended', at };
  return at - now < WARN_MS ? { kind: 'ends-soon', at } : { kind: 'good' };
}

/** How long the old token stays good beside a new one. */
export const overlaps = [
  ['0', 'It ends at once'],
  ['1', 'For 1 day more'],
  ['7', 'For 7 days more'],
  ['30', 'For 30 days more'],
] as const;

/** When a new token ends. */
export const lifetimes = [
  ['', 'Never'],
  ['90', 'After 90 days'],
  ['180', 'After 180 days'],
  ['365', 'After a year'],
] as const;

/** The moment some days from now that a choice of a list stands for; undefined for none, and for what is not in the list. */
export function momentOf(
  choices: readonly (readonly [days: string, label: string])[],
  days: string,
  now: number,
): number | undefined {
  const known = Number(days) > 0 && choices.some(([value]) => value === days);
  return known ? now + Number(days) * DAY_MS : undefined;
}
