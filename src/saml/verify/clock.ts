import type { Cause } from '../../federation/reasons.ts';
import { attributeOf } from '../../xml/tree.ts';
import type { Facts, LoginContext } from './check.ts';
import { parseDateTime } from './elements.ts';

const UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const;
const RECENT_MS = 30_000;

/** Returns a duration in words, rounded to its largest unit: '5 minutes'. */
export function durationText(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1_000));
  const [unit, size] = UNITS.find(([, each]) => seconds >= each) ?? ['second', 1];
  const count = Math.round(seconds / size);
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

/** Returns a time to the second: '2026-01-15T12:00:00Z'. */
export function timeText(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`;
}

/** Returns how long something took, in the unit in which it is easy to read: '8 ms', '1.2 s', '5 minutes'. */
export function elapsedText(ms: number): string {
  if (ms < 1_000) return `${ms} ms`;
  return ms < 60_000 ? `${(ms / 1_000).toFixed(1)} s` : durationText(ms);
}

/** Tells how the provider's clock differs: what it issued is in the future here, or older than its login request. */
export function clockFacts({ root, now, expectedRequest, claimedRequest }: LoginContext): Facts {
  const issued = root && parseDateTime(attributeOf(root, 'IssueInstant') ?? '');
  if (issued === undefined) return {};
  if (issued > now) return facts('clock_ahead', `The provider’s clock is ${durationText(issued - now)} ahead.`);
  const requested = claimedRequest && expectedRequest ? claimedRequest.createdAt : Number.NEGATIVE_INFINITY;
  if (issued < requested)
    return facts('clock_behind', `The provider’s clock is at least ${durationText(requested - issued)} behind.`);
  if (now - issued <= RECENT_MS) return facts('validity', 'It was issued just before it arrived.');
  return facts('late', `It was issued ${durationText(now - issued)} before it arrived.`);
}

function facts(cause: Cause, detail: string): Facts {
  return { cause, detail };
}
