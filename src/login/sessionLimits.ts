import type { Deps } from '../deps.ts';
import { type Checked, type FieldErrors, invalid } from '../errors.ts';
import { changeDomain } from '../federation/changeDomain.ts';
import { getDomain } from '../federation/domains.ts';
import type { Domain } from '../store/domains.ts';
import { shortenSessions } from '../store/sessions.ts';

const MINUTE_MS = 60_000;

/** The limits of a session in minutes where a domain has none of its own. */
export const defaultLimits = { idleMinutes: 8 * 60, longestMinutes: 24 * 60 };

const LEAST_MINUTES = 5;
const MOST_MINUTES = 30 * 24 * 60;

/** When sessions end: after how long without a request, and after how long at all, in milliseconds. */
export type SessionLimits = { idleMs: number; longestMs: number };

type OwnLimits = Pick<Domain, 'idleMinutes' | 'longestMinutes'>;

/** Returns the limits of the sessions at a domain, or the default ones if it was removed. */
export function limitsOf(domain: OwnLimits | undefined): SessionLimits {
  return {
    idleMs: (domain?.idleMinutes ?? defaultLimits.idleMinutes) * MINUTE_MS,
    longestMs: (domain?.longestMinutes ?? defaultLimits.longestMinutes) * MINUTE_MS,
  };
}

/**
 * Sets the limits of the sessions at a domain, in minutes as entered; '' is the default. Sessions that are past a new limit end immediately.
 * A longer limit counts for the next logins. @throws NotFound
 */
export async function saveSessionLimits(
  deps: Deps,
  domainId: string,
  entered: { [Name in keyof OwnLimits]: string },
): Promise<Checked<OwnLimits>> {
  const limits = { idleMinutes: minutesIn(entered.idleMinutes), longestMinutes: minutesIn(entered.longestMinutes) };
  const errors = errorsOf(limits);
  if (Object.keys(errors).length > 0) return invalid(errors);
  await deps.store.db.transaction().execute(async (trx) => {
    await changeDomain(deps, trx, await getDomain(trx, domainId), limits);
    await shortenSessions(trx, domainId, limitsOf(limits));
  });
  return { ok: true, value: limits };
}

function minutesIn(entered: string): number | null {
  const text = entered.trim();
  if (text === '') return null;
  return /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
}

function errorsOf(limits: OwnLimits): FieldErrors {
  const isAllowed = (minutes: number | null) =>
    minutes === null || (minutes >= LEAST_MINUTES && minutes <= MOST_MINUTES);
  const range = `Enter a number of minutes from ${LEAST_MINUTES} to ${MOST_MINUTES.toLocaleString('en')}, or nothing for the default.`;
  const wrong = Object.entries(limits).filter(([, minutes]) => !isAllowed(minutes));
  if (wrong.length > 0) return Object.fromEntries(wrong.map(([name]) => [name, range]));
  const { idleMs, longestMs } = limitsOf(limits);
  return idleMs > longestMs
    ? { idleMinutes: `A session cannot be unused for longer than it lasts (${longestMs / MINUTE_MS} minutes).` }
    : {};
}
