import type { Request } from 'express';
import { type PersonText, personTextNames } from '../../people/personFields.ts';
import {
  type AddressLine,
  addressParts,
  type ListName,
  listNames,
  type PersonInput,
  type ValueLine,
} from '../../people/personInput.ts';
import { field, ticked } from '../../web/form.ts';

const MAX_LINES = 100;

/** One line of the person's form. */
export type FormLine = {
  name: PersonText;
  label: string;
  help?: string;
  type?: string;
  required?: boolean;
  area?: boolean; // several lines of text
  options?: readonly (readonly [value: string, label: string])[];
  wide?: boolean; // half the width where it is not
};
export type FormSection = { id: string; title: string; lines: FormLine[]; lists?: FormList[] };
export type FormList = { name: ListName; label: string; one: string; types: string[] };

const loginTypes = [
  ['', 'Not set'],
  ['SAML', 'SAML'],
  ['Local Login', 'Local Login'],
  ['Windows Login', 'Windows Login (is kept, not served)'],
] as const;

/** The person's form, section by section. What has a control of its own (user type, manager, addresses, photo) is in the view. */
export const personSections: FormSection[] = [
  {
    id: 'name',
    title: 'Name',
    lines: [
      { name: 'givenName', label: 'Given name' },
      { name: 'familyName', label: 'Family name' },
      { name: 'displayName', label: 'Display name', help: 'Shown instead of given and family name.' },
      { name: 'pronouns', label: 'Pronouns' },
    ],
  },
  {
    id: 'sign-in',
    title: 'Sign-in',
    lines: [
      {
        name: 'userName',
        label: 'User name',
        required: true,
        help: 'The identity provider sends this, or the e-mail address, unless it is set otherwise there.',
      },
      { name: 'externalId', label: 'External ID', help: 'The identifier that another system has for this person.' },
      { name: 'loginType', label: 'Authentication Type', options: loginTypes },
    ],
  },
  {
    id: 'contact',
    title: 'Contact',
    lines: [],
    lists: [
      { name: 'emails', label: 'E-mail addresses', one: 'E-mail', types: ['work', 'home', 'other'] },
      {
        name: 'phoneNumbers',
        label: 'Phone numbers',
        one: 'Phone',
        types: ['work', 'home', 'mobile', 'fax', 'pager', 'other'],
      },
      {
        name: 'ims',
        label: 'Instant messaging',
        one: 'Address',
        types: ['skype', 'xmpp', 'msn', 'aim', 'gtalk', 'icq', 'qq', 'yahoo'],
      },
    ],
  },
  {
    id: 'work',
    title: 'Work',
    lines: [
      { name: 'title', label: 'Job title' },
      { name: 'department', label: 'Department' },
      { name: 'division', label: 'Division' },
      { name: 'organization', label: 'Organization' },
      { name: 'location', label: 'Location' },
      { name: 'employeeNumber', label: 'Employee number' },
      { name: 'costCenter', label: 'Cost center' },
      { name: 'jobStartDate', label: 'First day', help: 'As year-month-day.' },
      { name: 'jobEndDate', label: 'Last day', help: 'As year-month-day.' },
    ],
  },
  {
    id: 'more-name',
    title: 'Further parts of the name',
    lines: [
      { name: 'middleName', label: 'Middle name' },
      { name: 'nickName', label: 'Nickname' },
      { name: 'honorificPrefix', label: 'Before the name', help: 'Such as Ms.' },
      { name: 'honorificSuffix', label: 'After the name', help: 'Such as III.' },
      { name: 'nameTitle', label: 'Title', help: 'Such as Dr.' },
      { name: 'initials', label: 'Initials' },
      { name: 'formattedName', label: 'Full name as written', wide: true },
    ],
  },
  {
    id: 'about',
    title: 'About',
    lines: [
      { name: 'bio', label: 'Bio', area: true, wide: true },
      { name: 'preferredLanguage', label: 'Language', help: 'Such as en, or de-CH.' },
      { name: 'locale', label: 'Locale', help: 'For dates and numbers, such as en-GB.' },
      { name: 'timezone', label: 'Time zone', help: 'Such as Europe/Berlin.' },
      { name: 'dateOfBirth', label: 'Date of birth', help: 'As year-month-day. Colleagues do not see it.' },
    ],
  },
  {
    id: 'elsewhere',
    title: 'Elsewhere',
    lines: [
      { name: 'profileUrl', label: 'Web page', type: 'url', wide: true },
      { name: 'linkedInId', label: 'LinkedIn' },
      { name: 'twitterTag', label: 'X (Twitter)' },
      { name: 'instagramTag', label: 'Instagram' },
      { name: 'facebookID', label: 'Facebook' },
    ],
  },
];

/** What was typed into the person's form. Empty lines of lists are left out; `manager` is what stands in the search for one. */
export function personInputIn(req: Request): PersonInput & { manager: string } {
  const texts = personTextNames.map((name) => [name, lineBreaks(field(req, name))]);
  return {
    texts: Object.fromEntries(texts) as Record<PersonText, string>,
    omitFromSearch: ticked(req, 'omitFromSearch'),
    forcePasswordReset: ticked(req, 'forcePasswordReset'),
    lists: Object.fromEntries(listNames.map((name) => [name, listIn(req, name)])) as Record<ListName, ValueLine[]>,
    addresses: addressesIn(req),
    photo: field(req, 'photo').trim(),
    managerId: field(req, 'managerId'),
    manager: field(req, 'manager').trim(),
  };
}

/** The labels of what differs, in the order of the form, for use inside a sentence. */
export function changedLabels(before: PersonInput, after: PersonInput): string[] {
  const lines = personSections.flatMap((section) => section.lines);
  const texts = lines.filter(({ name }) => before.texts[name] !== after.texts[name]).map(({ label }) => label);
  const lists = personSections.flatMap((section) => section.lists ?? []);
  const listed = lists.filter(({ name }) => !same(before.lists[name], after.lists[name])).map(({ label }) => label);
  const others: [string, boolean][] = [
    ['user type', before.texts.userType !== after.texts.userType],
    ['addresses', !same(before.addresses, after.addresses)],
    ['manager', before.managerId !== after.managerId],
    ['photo', before.photo !== after.photo],
    ['search', before.omitFromSearch !== after.omitFromSearch],
    ['password reset', before.forcePasswordReset !== after.forcePasswordReset],
  ];
  return [...texts, ...listed].map(inSentence).concat(others.filter(([, differs]) => differs).map(([label]) => label));
}

function listIn(req: Request, name: ListName): ValueLine[] {
  const primary = field(req, `${name}.primary`);
  return indexes(req, `${name}.lines`)
    .map((index) => ({
      value: field(req, `${name}.${index}.value`).trim(),
      type: field(req, `${name}.${index}.type`).trim().slice(0, 64),
      primary: primary === String(index),
    }))
    .filter((line) => line.value !== '');
}

function addressesIn(req: Request): AddressLine[] {
  return indexes(req, 'addresses.lines')
    .map((index) => {
      const parts = addressParts.map((part) => [part, lineBreaks(field(req, `addresses.${index}.${part}`)).trim()]);
      return Object.fromEntries(parts) as AddressLine;
    })
    .filter((line) => addressParts.some((part) => part !== 'type' && line[part] !== ''));
}

/** The form says itself how many lines it has. */
function indexes(req: Request, name: string): number[] {
  const count = Math.min(Number(field(req, name)) || 0, MAX_LINES);
  return Array.from({ length: count }, (_, index) => index);
}

/** Browsers send line breaks as CR LF. */
function lineBreaks(text: string): string {
  return text.replaceAll('\r\n', '\n');
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** 'Job title' becomes 'job title'; names and abbreviations stay as they are. */
function inSentence(label: string): string {
  return /^(LinkedIn|Facebook|Instagram|X )/.test(label) ? label : label.charAt(0).toLowerCase() + label.slice(1);
}
