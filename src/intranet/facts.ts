import type { Address, MultiValue, Profile } from '../store/profile.ts';
import type { User } from '../store/users.ts';

/** One line of a profile. With `href` the value is a link. */
export type Fact = { label: string; value: string; href?: string };
export type FactSection = { title: string; facts: Fact[] };

/** What colleagues see of a person: nothing of their contract, their birth or how they sign in. */
export function factsForColleagues(user: User): FactSection[] {
  return withoutEmpty([contactOf(user), workOf(user), aboutOf(user.profile), elsewhereOf(user.profile)]);
}

/** Everything that the intranet knows of a person, for themselves. */
export function allFacts(user: User): FactSection[] {
  const { enterprise = {}, interact = {} } = user.profile;
  return withoutEmpty([
    {
      title: 'Account',
      facts: lines([
        ['User name', user.userName],
        ['Type', user.userType],
        ['Authentication Type', user.loginType],
        ['External ID', user.externalId],
        ['Given name', user.givenName],
        ['Middle name', user.profile.name?.middleName],
        ['Family name', user.familyName],
        ['Nickname', user.profile.nickName],
      ]),
    },
    contactOf(user),
    workOf(user),
    {
      title: 'Employment',
      facts: lines([
        ['Employee number', enterprise.employeeNumber],
        ['Cost center', enterprise.costCenter],
        ['Started', interact.jobStartDate],
        ['Ends', interact.jobEndDate],
        ['Date of birth', interact.dateOfBirth],
        ['Left out of the search', interact.omitFromSearch ? 'yes' : undefined],
      ]),
    },
    aboutOf(user.profile),
    elsewhereOf(user.profile),
  ]);
}

/** The address of a photo that may be shown: a picture inside the value itself. Others would tell a foreign server who looks at whom. */
export function photoOf(user: User): string | undefined {
  const photos = user.profile.photos ?? [];
  const values = [...photos.filter((photo) => photo.primary), ...photos].map((photo) => photo.value ?? '');
  return values.find((value) => /^data:image\/(png|jpeg|gif|webp);base64,[\w+/=]+$/.test(value));
}

function contactOf(user: User): FactSection {
  const { emails = [], phoneNumbers = [], ims = [], addresses = [] } = user.profile;
  const all = user.email ? [{ value: user.email }, ...emails.filter(({ value }) => value !== user.email)] : emails;
  return {
    title: 'Contact',
    facts: [
      ...several('E-mail', all, (value) => `mailto:${value}`),
      ...several('Phone', phoneNumbers, (value) => `tel:${value.replace(/[^+\d]/g, '')}`),
      ...several('Instant messaging', ims),
      ...addresses.flatMap((address) => {
        const value = addressText(address);
        return value === '' ? [] : [{ label: withType('Address', address.type), value }];
      }),
    ],
  };
}

function workOf(user: User): FactSection {
  const { enterprise = {}, interact = {} } = user.profile;
  return {
    title: 'Work',
    facts: lines([
      ['Job title', user.title],
      ['Department', user.department],
      ['Division', enterprise.division],
      ['Organization', enterprise.organization],
      ['Location', interact.location],
    ]),
  };
}

function aboutOf({ interact = {}, preferredLanguage, locale, timezone }: Profile): FactSection {
  return {
    title: 'About',
    facts: lines([
      ['Pronouns', interact.pronouns],
      ['Bio', interact.bio],
      ['Language', preferredLanguage],
      ['Locale', locale],
      ['Time zone', timezone],
    ]),
  };
}

function elsewhereOf({ interact = {}, profileUrl }: Profile): FactSection {
  const facts = lines([
    ['Web page', profileUrl],
    ['LinkedIn', interact.linkedInId],
    ['X (Twitter)', interact.twitterTag],
    ['Instagram', interact.instagramTag],
    ['Facebook', interact.facebookID],
  ]);
  return { title: 'Elsewhere', facts: facts.map((fact) => ({ ...fact, ...webLink(fact.value) })) };
}

/** Only a web address becomes a link: never `javascript:` and the like. */
function webLink(value: string): { href?: string } {
  return /^https?:\/\//i.test(value) && URL.canParse(value) ? { href: new URL(value).href } : {};
}

function several(label: string, values: MultiValue[], link?: (value: string) => string): Fact[] {
  return values.flatMap(({ value, display, type }) => {
    if (!value) return [];
    return [{ label: withType(label, type), value: display ?? value, ...(link ? { href: link(value) } : {}) }];
  });
}

function withType(label: string, type: string | undefined): string {
  return type ? `${label} (${type})` : label;
}

function addressText({ formatted, streetAddress, postalCode, locality, region, country }: Address): string {
  const parts = [streetAddress, [postalCode, locality].filter(Boolean).join(' '), region, country].filter(Boolean);
  return parts.join(', ') || (formatted ?? '');
}

function lines(pairs: [string, string | null | undefined][]): Fact[] {
  return pairs.flatMap(([label, value]) => (value ? [{ label, value }] : []));
}

function withoutEmpty(sections: FactSection[]): FactSection[] {
  return sections.filter((section) => section.facts.length > 0);
}
