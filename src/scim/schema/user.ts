import { userTypes } from '../../store/users.ts';
import { type Attribute, complex, flag, reference, text, values } from './attribute.ts';

const readOnly = { mutability: 'readOnly' } as const;

/** RFC 7643 4.1, as far as a People Directory goes. */
export const coreUserAttributes: readonly Attribute[] = [
  text('externalId', "The person's identifier at the client", { caseExact: true }),
  text('userName', 'The name that the person signs in with', { required: true, uniqueness: 'server', maxLength: 256 }),
  complex('name', "The parts of the person's name", [
    text('formatted', 'The whole name'),
    text('familyName', 'The family name'),
    text('givenName', 'The given name'),
    text('middleName', 'The middle names'),
    text('honorificPrefix', 'What stands before the name'),
    text('honorificSuffix', 'What stands after the name'),
  ]),
  text('displayName', 'The name to show'),
  text('nickName', 'The casual name'),
  reference('profileUrl', 'A page about the person', ['external'], { caseExact: false }),
  text('title', 'The job title'),
  text('userType', 'What the person may do here', { canonicalValues: userTypes, maxLength: 256 }),
  text('preferredLanguage', 'The language to speak to the person in'),
  text('locale', 'How to write dates, numbers and money'),
  text('timezone', 'The time zone, as in the IANA database'),
  flag('active', 'Whether the person may sign in'),
  text('password', 'The password of Local Login', {
    mutability: 'writeOnly',
    returned: 'never',
    caseExact: true,
  }),
  values('emails', 'E-mail addresses', text('value', 'The address', { maxLength: 254 }), ['work', 'home', 'other']),
  values('phoneNumbers', 'Telephone numbers', text('value', 'The number'), [
    'work',
    'home',
    'mobile',
    'fax',
    'pager',
    'other',
  ]),
  values('ims', 'Addresses for instant messages', text('value', 'The address'), [
    'aim',
    'gtalk',
    'icq',
    'xmpp',
    'msn',
    'skype',
    'qq',
    'yahoo',
  ]),
  values(
    'photos',
    'Pictures of the person',
    reference('value', 'Where the picture is', ['external'], { maxLength: 65_536 }),
    ['photo', 'thumbnail'],
  ),
  complex(
    'addresses',
    'Postal addresses',
    [
      text('formatted', 'The whole address as it is written'),
      text('streetAddress', 'Street and number'),
      text('locality', 'The town'),
      text('region', 'The state or region'),
      text('postalCode', 'The postal code'),
      text('country', 'The country'),
      text('type', 'What it is for', { canonicalValues: ['work', 'home', 'other'] }),
      flag('primary', 'Whether it is the preferred one; true once at most'),
    ],
    { multiValued: true },
  ),
  complex(
    'groups',
    'The groups that the person is a member of',
    [
      text('value', "The group's id", { ...readOnly, caseExact: true }),
      reference('$ref', 'Where the group is', ['Group'], readOnly),
      text('display', "The group's name", readOnly),
      text('type', 'How the person belongs to it', { ...readOnly, canonicalValues: ['direct'] }),
    ],
    { multiValued: true, ...readOnly },
  ),
  values('entitlements', 'What the person is entitled to', text('value', 'The entitlement'), []),
  values('roles', "The person's roles", text('value', 'The role'), []),
  values(
    'x509Certificates',
    "The person's certificates",
    { ...text('value', 'DER, in base64', { caseExact: true, maxLength: 65_536 }), type: 'binary' },
    [],
  ),
];

/** RFC 7643 4.3. */
export const enterpriseAttributes: readonly Attribute[] = [
  text('employeeNumber', 'The number that the company knows the person by'),
  text('costCenter', 'The cost centre'),
  text('organization', 'The company'),
  text('division', 'The division'),
  text('department', 'The department'),
  complex('manager', "The person's manager", [
    text('value', "The manager's id", { caseExact: true }),
    reference('$ref', 'Where the manager is', ['User'], readOnly),
    text('displayName', "The manager's name", readOnly),
  ]),
];

/** The extension of the intranet's vendor, and the further profile fields of the intranet. */
export const interactAttributes: readonly Attribute[] = [
  text('loginType', 'How the person signs in', { canonicalValues: ['SAML', 'Local Login', 'Windows Login'] }),
  text('location', 'Where the person works'),
  flag('omitFromSearch', 'Whether colleagues do not find the person'),
  flag('forcePasswordReset', 'Whether the person has to choose a new password'),
  complex('name', 'Further parts of the name', [text('title', 'Such as Dr'), text('initials', 'The initials')]),
  text('pronouns', 'How the person is spoken of'),
  text('dateOfBirth', 'The date of birth'),
  text('jobStartDate', 'The first day in the job'),
  text('jobEndDate', 'The last day in the job'),
  text('bio', 'What the person says about themselves', { maxLength: 10_000 }),
  text('facebookID', 'The person at Facebook'),
  text('linkedInId', 'The person at LinkedIn'),
  text('twitterTag', 'The person at Twitter'),
  text('instagramTag', 'The person at Instagram'),
];
