import type { PersonAttribute } from './attribute.ts';

type Check = { accepts: (text: string) => boolean; error: string };

/** Returns why a text is no value of an attribute, as a sentence for a form, or undefined. */
export function textError(
  { type, maxLength, options, required, custom }: PersonAttribute,
  text: string,
): string | undefined {
  if (text.length > maxLength)
    return type === 'photo'
      ? `This picture is too large: use one of at most ${Math.floor((maxLength * 0.75) / 1024)} KB, or a web address.`
      : `Use at most ${maxLength.toLocaleString('en')} characters.`;
  const multiline = type === 'longText' || type === 'addresses';
  if (multiline ? /[^\P{Cc}\r\n\t]/u.test(text) : /\p{Cc}/u.test(text)) return 'Control characters are not allowed.';
  // An optional choice of the standard attributes accepts other values: profile sources send them.
  if ((required || (custom && text !== '')) && options && !options.some(([value]) => isChoice(value, text, custom)))
    return `Use one of: ${options
      .map(([value]) => value)
      .filter(Boolean)
      .join(', ')}.`;
  const check = checks[type];
  return check && text !== '' && !check.accepts(text) ? check.error : undefined;
}

const checks: Partial<Record<PersonAttribute['type'], Check>> = {
  number: { accepts: isNumber, error: 'Enter a number such as 12 or -3.5, with at most 15 digits.' },
  date: { accepts: isDate, error: 'Enter a date as year-month-day, such as 2026-03-31.' },
  link: {
    accepts: (text) => /^https?:\/\//i.test(text) && URL.canParse(text),
    error: 'Enter a web address that starts with https://.',
  },
  photo: {
    accepts: (text) =>
      (/^https:\/\//i.test(text) && URL.canParse(text)) || /^data:image\/(png|jpeg|gif|webp);base64,/.test(text),
    error: 'Use a PNG, JPEG, GIF or WebP picture, or a web address that starts with https://.',
  },
  language: {
    accepts: (text) => runs(() => Intl.getCanonicalLocales(text.replaceAll('_', '-'))),
    error: 'Enter a language such as en or en-GB.',
  },
  timeZone: {
    accepts: (text) => runs(() => new Intl.DateTimeFormat('en', { timeZone: text })),
    error: 'Enter a time zone such as Europe/Berlin.',
  },
};

function isChoice(choice: string, text: string, custom: PersonAttribute['custom']): boolean {
  return custom ? choice.toLowerCase() === text.toLowerCase() : choice === text;
}

/** More digits would be lost in a JSON number. */
function isNumber(text: string): boolean {
  return /^[+-]?\d{1,15}(\.\d{1,10})?$/.test(text) && text.replace(/^\D?0*/, '').replace('.', '').length <= 15;
}

function isDate(text: string): boolean {
  const time = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

function runs(attempt: () => unknown): boolean {
  try {
    attempt();
    return true;
  } catch {
    return false;
  }
}
