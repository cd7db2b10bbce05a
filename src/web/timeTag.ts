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
 * A moment as a <time> element, in words relative to now and with the exact time (UTC) as its title.
 * @param at epoch milliseconds; nothing gives 'never'
 */
export function timeTag(at: number | null | undefined, now: number): string {
  if (at === null || at === undefined) return 'never';
  const moment = new Date(at);
  return `<time datetime="${moment.toISOString()}" title="${exact.format(moment)} UTC">${inWords(at - now)}</time>`;
}

/** What is past is as old as the units that are full; what is to come is rounded: a week less a second is no six days. */
function inWords(difference: number): string {
  const unit = units.find(([, size]) => Math.abs(difference) >= size);
  if (!unit) return 'just now';
  const count = difference / unit[1];
  return relative.format(difference < 0 ? Math.trunc(count) : Math.round(count), unit[0]);
}
