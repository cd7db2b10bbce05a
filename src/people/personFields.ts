import type { UserAttributes } from './userAttributes.ts';

type Rule = 'day' | 'webAddress' | 'language' | 'timeZone' | 'photo';
type TextField = { path: readonly string[]; most: number; rule?: Rule };

const field = (path: string, most = 256, rule?: Rule): TextField => ({
  path: path.split('.'),
  most,
  ...(rule ? { rule } : {}),
});

/** Every attribute of a person that is one text: where it stands in UserAttributes, how long it may be, and what it has to be. */
export const personTexts = {
  userName: field('userName'),
  userType: field('userType'),
  loginType: field('loginType'),
  externalId: field('externalId'),
  givenName: field('givenName', 128),
  middleName: field('profile.name.middleName', 128),
  familyName: field('familyName', 128),
  displayName: field('displayName'),
  nickName: field('profile.nickName', 128),
  honorificPrefix: field('profile.name.honorificPrefix', 64),
  honorificSuffix: field('profile.name.honorificSuffix', 64),
  formattedName: field('profile.name.formatted'),
  nameTitle: field('profile.interact.name.title', 64),
  initials: field('profile.interact.name.initials', 16),
  pronouns: field('profile.interact.pronouns', 64),
  title: field('title'),
  department: field('department'),
  division: field('profile.enterprise.division'),
  organization: field('profile.enterprise.organization'),
  location: field('profile.interact.location'),
  employeeNumber: field('profile.enterprise.employeeNumber', 128),
  costCenter: field('profile.enterprise.costCenter', 128),
  jobStartDate: field('profile.interact.jobStartDate', 32, 'day'),
  jobEndDate: field('profile.interact.jobEndDate', 32, 'day'),
  dateOfBirth: field('profile.interact.dateOfBirth', 32, 'day'),
  preferredLanguage: field('profile.preferredLanguage', 64, 'language'),
  locale: field('profile.locale', 64, 'language'),
  timezone: field('profile.timezone', 64, 'timeZone'),
  bio: field('profile.interact.bio', 10_000),
  profileUrl: field('profile.profileUrl', 2_000, 'webAddress'),
  linkedInId: field('profile.interact.linkedInId'),
  twitterTag: field('profile.interact.twitterTag'),
  instagramTag: field('profile.interact.instagramTag'),
  facebookID: field('profile.interact.facebookID'),
} satisfies Record<string, TextField>;

export type PersonText = keyof typeof personTexts;
export const personTextNames = Object.keys(personTexts) as PersonText[];

/** The texts of a person by name; '' where nothing is known. */
export function textsOf(person: UserAttributes): Record<PersonText, string> {
  const texts = personTextNames.map((name) => [name, textAt(person, personTexts[name].path)]);
  return Object.fromEntries(texts) as Record<PersonText, string>;
}

/** Why a text will not do, as a sentence for the one who typed it, or undefined. */
export function textFault(name: PersonText, text: string): string | undefined {
  const { most, rule }: TextField = personTexts[name];
  if (text.length > most) return `Use at most ${most.toLocaleString('en')} characters.`;
  if (name === 'bio' ? /[^\P{Cc}\r\n\t]/u.test(text) : /\p{Cc}/u.test(text))
    return 'Control characters are not allowed here.';
  return rule && text !== '' && !rules[rule].holds(text) ? rules[rule].sentence : undefined;
}

const rules: Record<Rule, { holds: (text: string) => boolean; sentence: string }> = {
  day: { holds: isDay, sentence: 'Enter a day as year-month-day, such as 2026-03-31.' },
  webAddress: {
    holds: (text) => /^https?:\/\//i.test(text) && URL.canParse(text),
    sentence: 'Enter a web address that begins with https://.',
  },
  photo: {
    holds: (text) =>
      (/^https:\/\//i.test(text) && URL.canParse(text)) || /^data:image\/(png|jpeg|gif|webp);base64,/.test(text),
    sentence: 'Enter a web address that begins with https://.',
  },
  language: {
    holds: (text) => isAccepted(() => Intl.getCanonicalLocales(text.replaceAll('_', '-'))),
    sentence: 'Enter a language such as en, or en-GB.',
  },
  timeZone: {
    holds: (text) => isAccepted(() => new Intl.DateTimeFormat('en', { timeZone: text })),
    sentence: 'Enter a time zone such as Europe/Berlin.',
  },
};

/** Why the address of a photo will not do, or undefined. */
export function photoFault(text: string): string | undefined {
  if (text.length > 60_000) return 'This picture is too large: use one of at most 40 KB, or a web address.';
  return text === '' || rules.photo.holds(text) ? undefined : rules.photo.sentence;
}

function isDay(text: string): boolean {
  const time = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

function isAccepted(attempt: () => unknown): boolean {
  try {
    attempt();
    return true;
  } catch {
    return false;
  }
}

function textAt(value: unknown, path: readonly string[]): string {
  const found = path.reduce<unknown>((at, key) => (at as Record<string, unknown> | null | undefined)?.[key], value);
  return typeof found === 'string' ? found : '';
}
