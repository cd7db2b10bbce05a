import { userTypes } from '../store/users.ts';
import { attribute, MAX_INDEXED, type TextType, textTypes } from './attribute.ts';

const everyone = { visibleTo: 'everyone' } as const;
const words = { searched: 'words' } as const;
const offForm = { editable: 'never', visibleTo: 'powerUsers' } as const;

/** Postal addresses: the only attribute of its type. */
export const addressAttribute = attribute('contact', 'addresses', 'addresses', 'Addresses', {
  ...everyone,
  one: 'Address',
  kinds: ['work', 'home', 'other'],
  csv: [
    { header: 'streetAddress', of: 'streetAddress', aliases: ['street'] },
    { header: 'postalCode', of: 'postalCode' },
    { header: 'locality', of: 'locality', aliases: ['city', 'town'] },
    { header: 'region', of: 'region', aliases: ['state'] },
    { header: 'country', of: 'country' },
  ],
});

/**
 * Every attribute of a person: its section on the form and the profile page, name, type, label, and what differs from the defaults.
 * This table drives the form, the profile page, CSV files, search, length limits and SCIM (/Schemas, resources, filters). To add an
 * attribute without a column of its own, add an entry.
 */
export const personAttributes = [
  attribute('name', 'givenName', 'text', 'Given name', {
    ...words,
    path: 'name.givenName',
    column: true,
    aliases: ['firstname'],
  }),
  attribute('name', 'familyName', 'text', 'Family name', {
    ...words,
    path: 'name.familyName',
    column: true,
    aliases: ['lastname', 'surname'],
  }),
  attribute('name', 'displayName', 'text', 'Display name', {
    ...words,
    column: true,
    help: 'Shown instead of given and family name.',
  }),

  attribute('login', 'userName', 'text', 'User name', {
    column: true,
    required: true,
    maxLength: MAX_INDEXED,
    searched: 'address',
    help: 'The identity provider sends this or the e-mail address, depending on its settings.',
    scim: { description: 'The name that the person logs in with', required: true, uniqueness: 'server' },
  }),
  attribute('login', 'externalId', 'text', 'External ID', {
    column: true,
    maxLength: MAX_INDEXED,
    help: 'The identifier of this person in another system.',
    scim: { description: "The person's identifier at the client", caseExact: true },
  }),
  attribute('login', 'loginType', 'choice', 'Authentication Type', {
    path: 'interact.loginType',
    column: true,
    options: [
      ['', 'Not set'],
      ['SAML', 'SAML'],
      ['Local Login', 'Local Login'],
      ['Windows Login', 'Windows Login (stored, not supported)'],
    ],
  }),
  attribute('login', 'forcePasswordReset', 'boolean', 'Must choose a new password', {
    path: 'interact.forcePasswordReset',
    visibleTo: 'powerUsers',
    csv: [],
    scim: { alias: 'passwordReset' },
  }),

  attribute('contact', 'emails', 'list', 'E-mail addresses', {
    ...everyone,
    one: 'E-mail',
    kinds: ['work', 'home', 'other'],
    linkTo: 'mailto:',
    maxLength: 254,
    searched: 'address',
    csv: [{ header: 'email', of: '', aliases: ['mail', 'emailaddress'] }],
  }),
  attribute('contact', 'phoneNumbers', 'list', 'Phone numbers', {
    ...everyone,
    one: 'Phone',
    kinds: ['work', 'home', 'mobile', 'fax', 'pager', 'other'],
    linkTo: 'tel:',
    csv: [
      { header: 'workPhone', of: 'work', aliases: ['phone'] },
      { header: 'mobilePhone', of: 'mobile', aliases: ['mobile'] },
    ],
  }),
  attribute('contact', 'ims', 'list', 'Instant messaging', {
    ...everyone,
    one: 'Instant messaging',
    kinds: ['aim', 'gtalk', 'icq', 'xmpp', 'msn', 'skype', 'qq', 'yahoo'],
    csv: [],
  }),
  addressAttribute,

  attribute('work', 'title', 'text', 'Job title', {
    ...everyone,
    ...words,
    column: true,
    aliases: ['jobtitle'],
    scim: { alias: 'jobTitle' },
  }),
  attribute('work', 'department', 'text', 'Department', {
    ...everyone,
    ...words,
    path: 'enterprise.department',
    column: true,
    maxLength: MAX_INDEXED,
  }),
  attribute('work', 'division', 'text', 'Division', { ...everyone, path: 'enterprise.division' }),
  attribute('work', 'organization', 'text', 'Organization', {
    ...everyone,
    path: 'enterprise.organization',
    aliases: ['company'],
    scim: { alias: 'company' },
  }),
  attribute('work', 'location', 'text', 'Location', { ...everyone, path: 'interact.location' }),
  attribute('work', 'employeeNumber', 'text', 'Employee number', {
    path: 'enterprise.employeeNumber',
    aliases: ['employeeid'],
  }),
  attribute('work', 'costCenter', 'text', 'Cost center', { path: 'enterprise.costCenter' }),
  attribute('work', 'jobStartDate', 'date', 'First day', { path: 'interact.jobStartDate' }),
  attribute('work', 'jobEndDate', 'date', 'Last day', { path: 'interact.jobEndDate' }),
  attribute('work', 'manager', 'person', 'Manager', {
    ...everyone,
    path: 'enterprise.manager',
    maxLength: MAX_INDEXED,
    help: 'User name, e-mail address or the beginning of a name.',
  }),

  attribute('nameParts', 'middleName', 'text', 'Middle name', { path: 'name.middleName' }),
  attribute('nameParts', 'nickName', 'text', 'Nickname', words),
  attribute('nameParts', 'honorificPrefix', 'text', 'Prefix', { path: 'name.honorificPrefix', help: 'Such as Ms.' }),
  attribute('nameParts', 'honorificSuffix', 'text', 'Suffix', { path: 'name.honorificSuffix', help: 'Such as III.' }),
  attribute('nameParts', 'nameTitle', 'text', 'Title', { path: 'interact.name.title', help: 'Such as Dr.' }),
  attribute('nameParts', 'initials', 'text', 'Initials', { path: 'interact.name.initials' }),
  attribute('nameParts', 'formattedName', 'text', 'Full name', { path: 'name.formatted', wide: true }),

  attribute('about', 'pronouns', 'text', 'Pronouns', { ...everyone, path: 'interact.pronouns' }),
  attribute('about', 'dateOfBirth', 'date', 'Date of birth', { path: 'interact.dateOfBirth', scim: { alias: 'DOB' } }),
  attribute('about', 'bio', 'longText', 'Bio', { ...everyone, path: 'interact.bio', maxLength: 10_000, wide: true }),
  attribute('about', 'preferredLanguage', 'language', 'Language', { ...everyone, help: 'Such as en or de-CH.' }),
  attribute('about', 'locale', 'language', 'Locale', { ...everyone, help: 'For dates and numbers, such as en-GB.' }),
  attribute('about', 'timezone', 'timeZone', 'Time zone', { ...everyone, help: 'Such as Europe/Berlin.' }),

  attribute('elsewhere', 'profileUrl', 'link', 'Web page', { ...everyone, wide: true }),
  attribute('elsewhere', 'linkedInId', 'text', 'LinkedIn', { ...everyone, path: 'interact.linkedInId' }),
  attribute('elsewhere', 'twitterTag', 'text', 'X (Twitter)', { ...everyone, path: 'interact.twitterTag' }),
  attribute('elsewhere', 'instagramTag', 'text', 'Instagram', { ...everyone, path: 'interact.instagramTag' }),
  attribute('elsewhere', 'facebookID', 'text', 'Facebook', { ...everyone, path: 'interact.facebookID' }),
  attribute('elsewhere', 'photo', 'photo', 'Photo', {
    ...everyone,
    path: 'photos',
    kinds: ['photo', 'thumbnail'],
    maxLength: 65_536,
    wide: true,
    help: 'A picture as data:image/… is shown. A web address is stored but not loaded.',
    csv: [],
  }),

  attribute('intranet', 'userType', 'choice', 'User type', {
    column: true,
    editable: 'always',
    required: true,
    maxLength: MAX_INDEXED,
    options: [
      [userTypes[0], userTypes[0], 'Can log in and open Application Settings.'],
      [userTypes[1], userTypes[1], 'Can log in.'],
      [userTypes[2], userTypes[2], 'Is listed, but cannot log in.'],
    ],
    scim: { description: 'What the person may do in the intranet' },
  }),
  attribute('intranet', 'omitFromSearch', 'boolean', 'Hide from search', {
    path: 'interact.omitFromSearch',
    editable: 'always',
    help: 'Colleagues do not find this person in the People Directory.',
  }),

  attribute('none', 'active', 'boolean', 'Active', {
    ...offForm,
    column: true,
    scim: { description: 'Whether the person can log in' },
  }),
  attribute('none', 'entitlements', 'scimList', 'Entitlements', { ...offForm, one: 'Entitlement', csv: [] }),
  attribute('none', 'roles', 'scimList', 'Roles', { ...offForm, one: 'Role', csv: [] }),
  attribute('none', 'x509Certificates', 'scimList', 'Certificates', {
    ...offForm,
    one: 'Certificate as base64 of DER',
    maxLength: 65_536,
    csv: [],
    scim: { caseExact: true, binary: true },
  }),
];

type Attribute = (typeof personAttributes)[number];
type NameOf<Type> = Extract<Attribute, { type: Type }>['name'];

/** Names of the attributes that are one text (see TextType), yes or no, or a list. */
export type TextName = NameOf<TextType>;
export type FlagName = NameOf<'boolean'>;
export type ListName = NameOf<'list'>;

export const textAttributes = personAttributes.filter((one): one is Extract<Attribute, { type: TextType }> =>
  textTypes.some((type) => type === one.type),
);
export const flagAttributes = personAttributes.filter((one) => one.type === 'boolean');
export const listAttributes = personAttributes.filter((one) => one.type === 'list');
