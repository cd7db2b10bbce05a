import type { HealthCause } from '../store/healthCauses.ts';

const DAY_MS = 86_400_000;

/** The days before an end at which it is recalled. */
export const REMINDER_DAYS = [30, 14, 7, 1] as const;

/**
 * How far a cause is: it lasts, it ends within 30, 14, 7 or 1 days or has ended (`days0`: a certificate expired), or it is over. Each stage is
 * reported once.
 */
export type Stage = 'started' | `days${(typeof REMINDER_DAYS)[number] | 0}` | 'over';

type Facts = Pick<HealthCause, 'endsAt' | 'endedAt'>;

/** Returns the stage of a cause. */
export function stageOf({ endsAt, endedAt }: Facts, now: number): Stage {
  if (endedAt !== null) return 'over';
  if (endsAt === null) return 'started';
  if (endsAt <= now) return 'days0';
  const days = REMINDER_DAYS.findLast((each) => endsAt - now <= each * DAY_MS);
  return days === undefined ? 'started' : `days${days}`;
}

/** Whether a mail about a cause is due: it is at another stage than the last mail said, which was a day ago or more. */
export function isMailDue(cause: HealthCause, now: number): boolean {
  const { mailedAs, mailedAt } = cause;
  const stage = stageOf(cause, now);
  if (stage === mailedAs || (stage === 'over' && mailedAs === null)) return false;
  return mailedAt === null || now - mailedAt >= DAY_MS;
}

/** Whether everything has been said about a cause: it is over, no mail is due, and the next one need not wait because of the last. */
export function isForgotten(cause: HealthCause, now: number): boolean {
  const { endedAt, mailedAs, mailedAt } = cause;
  if (endedAt === null) return false;
  const isSaid = mailedAs === null || mailedAs === 'over' || now - endedAt > 7 * DAY_MS;
  return isSaid && (mailedAt === null || now - mailedAt >= DAY_MS);
}
