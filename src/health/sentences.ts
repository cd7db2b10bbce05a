import { counted } from '../counted.ts';

const DAY_MS = 86_400_000;

/** How long before its end something that expires is shown, in milliseconds. */
export const SOON_MS = 30 * DAY_MS;

/** Returns a name in the possessive: Okta’s, Keys’. */
export function possessive(name: string): string {
  return `${name}${name.endsWith('s') ? '’' : '’s'}`;
}

/** Returns when something ends or ended: 'expires in 13 days', 'expired 3 days ago'. */
export function expiryText(end: number, now: number): string {
  const days = Math.floor(Math.abs(end - now) / DAY_MS);
  if (end <= now) return days === 0 ? 'expired today' : `expired ${inDays(days)} ago`;
  return days === 0 ? 'expires today' : `expires in ${inDays(days)}`;
}

/** Returns a duration in full days, at least one. */
export function atLeastADay(duration: number): string {
  return inDays(Math.max(1, Math.floor(duration / DAY_MS)));
}

function inDays(count: number): string {
  return counted(count, 'day');
}
