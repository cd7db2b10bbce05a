import type { Deps } from '../deps.ts';
import type { ProviderMetadata } from './metadata/readMetadata.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Returns when to refresh metadata next: when it says (cacheDuration), or half-way to its end (validUntil), hourly at most and daily at least. */
export function nextRefreshAt(now: number, metadata: Pick<ProviderMetadata, 'cacheMs' | 'validUntil'>): number {
  const { cacheMs = DAY_MS, validUntil } = metadata;
  const untilEnd = validUntil === undefined ? DAY_MS : (validUntil - now) / 2;
  return now + Math.round(Math.min(DAY_MS, Math.max(HOUR_MS, Math.min(cacheMs, untilEnd))));
}

/** Returns when to try again after failures: later each time, and at a moment of chance, so that a server that is back is not overrun. */
export function nextAttemptAt({ now, randomBytes }: Pick<Deps, 'now' | 'randomBytes'>, failures: number): number {
  const chance = (randomBytes(1)[0] ?? 0) / 256;
  return now() + Math.round(Math.min(DAY_MS, HOUR_MS * 2 ** Math.min(failures - 1, 5) * (1 + chance / 2)));
}
