const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const exact = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'medium', timeZone: 'UTC' });

const units: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_536_000_000],
  ['month', 2_592_000_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
];

/** Writes exact times for a person. */
export type ExactTime = (moment: Date) => string;

const inUtc: ExactTime = (moment) => `${exact.format(moment)} UTC`;

/**
 * Returns a time as a <time> element: relative to now, with the exact time as its title.
 * @param at epoch milliseconds; 'never' if it is missing
 */
export function timeTag(at: number | null | undefined, now: number, exactTime = inUtc): string {
  if (at === null || at === undefined) return 'never';
  const moment = new Date(at);
  return `<time datetime="${moment.toISOString()}" title="${exactTime(moment)}">${inWords(at - now)}</time>`;
}

/**
 * Returns what writes exact times in the time zone of a person, in UTC if they have none or it is unknown. If their locale is an English
 * one, its order of day and month is used.
 */
export function exactTimeFor({ timezone, locale = '' }: { timezone?: string; locale?: string }): ExactTime {
  if (timezone === undefined) return inUtc;
  let write: ExactTime | undefined; // made for the first time, because many pages show none
  return (moment) => {
    write ??= inZone(timezone, locale);
    return write(moment);
  };
}

function inZone(timezone: string, locale: string): ExactTime {
  try {
    const english = /^en\b/i.test(locale) ? locale : 'en';
    const format = new Intl.DateTimeFormat(english, { dateStyle: 'medium', timeStyle: 'medium', timeZone: timezone });
    const zone = format.resolvedOptions().timeZone;
    return (moment) => `${format.format(moment)} ${zone}`;
  } catch {
    return inUtc;
  }
}

/** Rounds the past down to full units, but the future to the nearest one: a week less a second is not six days. */
function inWords(difference: number): string {
  const unit = units.find(([, size]) => Math.abs(difference) >= size);
  if (!unit) return 'just now';
  const count = difference / unit[1];
  return relative.format(difference < 0 ? Math.trunc(count) : Math.round(count), unit[0]);
}
