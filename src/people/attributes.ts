import { userTypes } from '../store/users.ts';
import { type AttributeList, attribute, MAX_INDEXED } from './attribute.ts';

const everyone = { visibleTo: 'everyone' } as const;
const hidden = { editable: 'never', visibleTo: 'powerUsers', csv: [] } as const;
const identity = { identity: true } as const;
const selfEditable = { selfEditable: true } as const;
const words = { searched: 'words' } as const;
const indexed = { maxLength: MAX_INDEXED };
const at = (path: string) => ({ path });
const also = (...aliases: string[]) => ({ aliases });
const help = (text: string) => ({ help: text });

/**
 * Every attribute of a person: its section on the form and the profile page, name, type, label, and what differs from the defaults.
 * This table drives the form, the profile page, CSV files, search, length limits and SCIM (/Schemas, resources, filters). To add an
 * attribute without a column of its own, add an entry.
 */
export const personAttributes: AttributeList = [
  attribute('name', 'givenName', 'text', 'Given name', words, at('name.givenName'), also('firstname')),
  attribute('name', 'familyName', 'text', 'Family name', words, at('name.familyName'), also('lastname', 'surname')),
  attribute('name', 'displayName', 'text', 'Display name', words, help('Shown instead of given and family name.')),

  attribute('login', 'userName', 'text', 'User name', indexed, identity, {
    required: true,
    isLoginName: true,
    searched: 'address',
    help: 'The identity provider sends this or the e-mail address, depending on its settings.',
    scim: { description: 'The name that the person logs in with', required: true, uniqueness: 'server' },
  }),
  attribute('login', 'externalId', 'text', 'External ID', indexed, identity, {
    help: 'The identifier of this person in another system.',
    scim: { description: "The person's identifier at the client", caseExact: true },
  }),
  attribute('login', 'loginType', 'choice', 'Authentication Type', at('interact.loginType'), identity, {
    help: 'SAML: no login with a password, except for Power Users. Local Login: no login through an identity provider.',
    options: [
      ['', 'Not set'],
      ['SAML', 'SAML'],
      ['Local Login', 'Local Login'],
      ['Windows Login', 'Windows Login (stored, no effect)'],
    ],
  }),
  attribute('login', 'forcePasswordReset', 'boolean', 'Must choose a new password', at('interact.forcePasswordReset'), {
    ...identity,
    visibleTo: 'powerUsers',
    help: 'After the next login with the local password, the person chooses a new one before they see any other page.',
    csv: [],
    scim: { alias: 'passwordReset' },
  }),

  attribute('contact', 'emails', 'list', 'E-mail addresses', everyone, identity, {
    one: 'E-mail',
    kinds: ['work', 'home', 'other'],
    linkTo: 'mailto:',
    maxLength: 254,
    isLoginName: true,
    searched: 'address',
    csv: [{ header: 'email', of: '', aliases: ['mail', 'emailaddress'] }],
  }),
  attribute('contact', 'phoneNumbers', 'list', 'Phone numbers', everyone, selfEditable, {
    one: 'Phone',
    kinds: ['work', 'home', 'mobile', 'fax', 'pager', 'other'],
    linkTo: 'tel:',
    csv: [
      { header: 'workPhone', of: 'work', aliases: ['phone'] },
      { header: 'mobilePhone', of: 'mobile', aliases: ['mobile'] },
    ],
  }),
  attribute('contact', 'ims', 'list', 'Instant messaging', everyone, selfEditable, {
    one: 'Instant messaging',
    kinds: ['aim', 'gtalk', 'icq', 'xmpp', 'msn', 'skype', 'qq', 'yahoo'],
    csv: [],
  }),
  attribute('contact', 'addresses', 'addresses', 'Addresses', everyone, {
    one: 'Address',
    kinds: ['work', 'home', 'other'],
    csv: [
      { header: 'streetAddress', of: 'streetAddress', aliases: ['street'] },
      { header: 'postalCode', of: 'postalCode' },
      { header: 'locality', of: 'locality', aliases: ['city', 'town'] },
      { header: 'region', of: 'region', aliases: ['state'] },
      { header: 'country', of: 'country' },
    ],
  }),

  attribute('work', 'title', 'text', 'Job title', everyone, words, also('jobtitle'), { scim: { alias: 'jobTitle' } }),
  attribute('work', 'department', 'text', 'Department', everyone, words, indexed, at('enterprise.department')),
  attribute('work', 'division', 'text', 'Division', everyone, at('enterprise.division')),
  attribute('work', 'organization', 'text', 'Organization', everyone, at('enterprise.organization'), also('company'), {
    scim: { alias: 'company' },
  }),
  attribute('work', 'location', 'text', 'Location', everyone, at('interact.location')),
  attribute('work', 'employeeNumber', 'text', 'Employee number', at('enterprise.employeeNumber'), also('employeeid')),
  attribute('work', 'costCenter', 'text', 'Cost center', at('enterprise.costCenter')),
  attribute('work', 'jobStartDate', 'date', 'First day', at('interact.jobStartDate')),
  attribute('work', 'jobEndDate', 'date', 'Last day', at('interact.jobEndDate')),
  attribute('work', 'manager', 'person', 'Manager', everyone, indexed, at('enterprise.manager'), {
    help: 'User name, e-mail address or the beginning of a name.',
  }),

  attribute('nameParts', 'middleName', 'text', 'Middle name', at('name.middleName')),
  attribute('nameParts', 'nickName', 'text', 'Nickname', words),
  attribute('nameParts', 'honorificPrefix', 'text', 'Prefix', at('name.honorificPrefix'), help('Such as Ms.')),
  attribute('nameParts', 'honorificSuffix', 'text', 'Suffix', at('name.honorificSuffix'), help('Such as III.')),
  attribute('nameParts', 'nameTitle', 'text', 'Title', at('interact.name.title'), help('Such as Dr.')),
  attribute('nameParts', 'initials', 'text', 'Initials', at('interact.name.initials'), {
    scim: { alias: 'initials' },
  }),
  attribute('nameParts', 'formattedName', 'text', 'Full name', at('name.formatted'), { wide: true }),

  attribute('about', 'pronouns', 'text', 'Pronouns', everyone, selfEditable, at('interact.pronouns')),
  attribute('about', 'dateOfBirth', 'date', 'Date of birth', at('interact.dateOfBirth'), { scim: { alias: 'DOB' } }),
  attribute('about', 'bio', 'longText', 'Bio', everyone, selfEditable, at('interact.bio'), {
    maxLength: 10_000,
    wide: true,
  }),
  attribute('about', 'preferredLanguage', 'language', 'Language', everyone, selfEditable, help('Such as en or de-CH.')),
  attribute(
    'about',
    'locale',
    'language',
    'Locale',
    everyone,
    selfEditable,
    help('For dates and numbers, such as en-GB.'),
  ),
  attribute('about', 'timezone', 'timeZone', 'Time zone', everyone, selfEditable, help('Such as Europe/Berlin.')),

  attribute('elsewhere', 'profileUrl', 'link', 'Web page', everyone, selfEditable, { wide: true }),
  attribute('elsewhere', 'linkedInId', 'text', 'LinkedIn', everyone, selfEditable, at('interact.linkedInId')),
  attribute('elsewhere', 'twitterTag', 'text', 'X (Twitter)', everyone, selfEditable, at('interact.twitterTag')),
  attribute('elsewhere', 'instagramTag', 'text', 'Instagram', everyone, selfEditable, at('interact.instagramTag')),
  attribute('elsewhere', 'facebookID', 'text', 'Facebook', everyone, selfEditable, at('interact.facebookID')),
  attribute('elsewhere', 'photo', 'photo', 'Photo', everyone, selfEditable, at('photos'), {
    kinds: ['photo', 'thumbnail'],
    maxLength: 65_536,
    wide: true,
    help: 'A picture as data:image/… is shown. A web address is stored but not loaded.',
    csv: [],
  }),

  attribute('intranet', 'userType', 'choice', 'User type', indexed, identity, {
    editable: 'always',
    required: true,
    options: [
      [userTypes[0], userTypes[0], 'Can log in and open Application Settings.'],
      [userTypes[1], userTypes[1], 'Can log in.'],
      [userTypes[2], userTypes[2], 'Is listed, but cannot log in.'],
    ],
    scim: { description: 'What the person may do in the intranet' },
  }),
  attribute('intranet', 'omitFromSearch', 'boolean', 'Hide from search', at('interact.omitFromSearch'), {
    editable: 'always',
    help: 'Colleagues do not find this person in the People Directory.',
  }),

  attribute('none', 'active', 'boolean', 'Active', hidden, identity, {
    csv: [{ header: 'active' }],
    scim: { description: 'Whether the person can log in' },
  }),
  attribute('none', 'entitlements', 'scimList', 'Entitlements', hidden, { one: 'Entitlement' }),
  attribute('none', 'roles', 'scimList', 'Roles', hidden, { one: 'Role' }),
  attribute('none', 'x509Certificates', 'scimList', 'Certificates', hidden, {
    one: 'Certificate as base64 of DER',
    maxLength: 65_536,
    scim: { caseExact: true, binary: true },
  }),
];
