const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const exact = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'medium', timeZone: 'UTC' });

const units: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_536_000_000],
  ['month', 2_592_000_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
];

/**
 * Returns a time as a <time> element: relative to now, with the exact time (UTC) as its title.
 * @param at epoch milliseconds; 'never' if it is missing
 */
export function timeTag(at: number | null | undefined, now: number): string {
  if (at === null || at === undefined) return 'never';
  const moment = new Date(at);
  return `<time datetime="${moment.toISOString()}" title="${exact.format(moment)} UTC">${inWords(at - now)}</time>`;
}

/** Rounds the past down to full units, but the future to the nearest one: a week less a second is not six days. */
function inWords(difference: number): string {
  const unit = units.find(([, size]) => Math.abs(difference) >= size);
  if (!unit) return 'just now';
  const count = difference / unit[1];
  return relative.format(difference < 0 ? Math.trunc(count) : Math.round(count), unit[0]);
}
