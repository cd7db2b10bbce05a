const SHORTEST = '2026-01-15T12:00:00Z'.length;
const SEPARATORS: readonly (readonly [number, string])[] = [
  [4, '-'],
  [7, '-'],
  [10, 'T'],
  [13, ':'],
  [16, ':'],
];

/**
 * Epoch milliseconds of an xs:dateTime in UTC (saml-core 1.3.3), a fraction cut to milliseconds; undefined where it is none.
 * 24:00:00 is the first moment of the next day (xmlschema-2 3.2.7.1). Years have four digits.
 */
export function parseDateTime(text: string): number | undefined {
  if (text.length < SHORTEST) return undefined;
  for (const [at, separator] of SEPARATORS) if (text[at] !== separator) return undefined;
  const [year, month, day] = [digitsOf(text, 0, 4), digitsOf(text, 5, 2), digitsOf(text, 8, 2)];
  const [hour, minute, second] = [digitsOf(text, 11, 2), digitsOf(text, 14, 2), digitsOf(text, 17, 2)];
  const midnight = Date.UTC(year, month - 1, day);
  const date = new Date(midnight);
  // What overflows (a 30th of February, a 13th month) shows as another day or month; what is no digit as no number.
  const realDate = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  const endOfDay = hour === 24 && minute === 0 && second === 0 && !/\.\d*[1-9]/.test(text);
  if (!realDate || !(endOfDay || (hour < 24 && minute < 60 && second < 60))) return undefined;
  const time = midnight + ((hour * 60 + minute) * 60 + second) * 1000 + millisecondsOf(text);
  return Number.isNaN(time) ? undefined : time;
}

// What follows the seconds: a fraction, and the mark of UTC. NaN where it is anything else.
function millisecondsOf(text: string): number {
  if (text.length === SHORTEST && text[19] === 'Z') return 0;
  const rest = /^(?:\.(\d{1,20}))?(?:Z|[+-]00:00)$/.exec(text.slice(19));
  return rest === null ? Number.NaN : Number((rest[1] ?? '').padEnd(3, '0').slice(0, 3));
}

function digitsOf(text: string, from: number, count: number): number {
  let value = 0;
  for (let at = from; at < from + count; at++) {
    const digit = text.charCodeAt(at) - 0x30;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}
