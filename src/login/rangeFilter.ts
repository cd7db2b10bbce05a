import type { FieldErrors } from '../errors.ts';
import { isNetwork } from '../network.ts';

/** Where and when, as it was entered: networks, and times in UTC; '' is none. */
export type EnteredRange = { network: string; from: string; until: string };

const TIME = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:\d\d)?Z?)?$/;
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const MOST_NETWORKS = 20;

const TIME_ERROR = 'Enter a day such as 2026-03-02, or a time such as 2026-03-02T09:30 (UTC).';

/**
 * Returns the networks and the times (epoch milliseconds) that a search of a log is limited to. The last day or minute is included.
 * @param errors gets a sentence for each field that is wrong
 */
export function readRange(
  entered: EnteredRange,
  errors: FieldErrors,
): { networks: string[] | undefined; from: number | undefined; until: number | undefined } {
  const networks = entered.network.split(/[\s,;]+/).filter((text) => text !== '');
  const [from, until] = [startOf(entered.from), endOf(entered.until)];
  if (!networks.every(isNetwork)) errors.network = 'Enter addresses or networks such as 10.0.0.0/8 or 2001:db8::/32.';
  if (networks.length > MOST_NETWORKS) errors.network = `Enter at most ${MOST_NETWORKS} networks.`;
  if (Number.isNaN(from)) errors.from = TIME_ERROR;
  if (Number.isNaN(until)) errors.until = TIME_ERROR;
  if (from !== undefined && until !== undefined && from >= until) errors.until = 'The end must be after the start.';
  return { networks: networks.length > 0 ? networks : undefined, from, until };
}

function startOf(text: string): number | undefined {
  if (text === '') return undefined;
  const [, day, time = '00:00', seconds = ''] = TIME.exec(text) ?? [];
  const at = Date.parse(`${day}T${time}${seconds}Z`);
  // Date.parse turns 30 February into 2 March.
  return Number.isNaN(at) || new Date(at).toISOString().startsWith(`${day}`) ? at : Number.NaN;
}

function endOf(text: string): number | undefined {
  const start = startOf(text);
  return start === undefined ? undefined : start + (/[T ]/.test(text) ? MINUTE_MS : DAY_MS);
}
