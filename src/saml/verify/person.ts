import type { Db } from '../../db/open.ts';
import type { Deps } from '../../deps.ts';
import { mayLogInAddress } from '../../federation/emailDomains.ts';
import type { Cause, ReasonCode } from '../../federation/reasons.ts';
import { allowsMethod } from '../../people/users.ts';
import type { IdentityProvider, ProviderSettings } from '../../store/identityProviders.ts';
import { visibleName } from '../../store/loginName.ts';
import {
  findUserByUserName,
  findUsersByEmail,
  findUsersByExternalId,
  findUsersByUserNameOrEmail,
  type User,
} from '../../store/users.ts';
import type { AssertionContent } from './assertion.ts';
import { createLogin, type Facts, found, type LoginContext, refusalOf, refuse } from './check.ts';

const MAX_NAMES = 10; // of attributes, in a detail
const MAX_NAME_LENGTH = 100;

const PERSISTENT = 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent';
const TRANSIENT = 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient';

// Where providers send the e-mail address or the user name when the NameID is transient.
const WELL_KNOWN_ATTRIBUTES = [
  'email',
  'mail',
  'urn:oid:0.9.2342.19200300.100.1.3',
  'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress',
  'emailAddress',
  'eduPersonPrincipalName',
  'urn:oid:1.3.6.1.4.1.5923.1.1.1.6',
  'uid',
  'urn:oid:0.9.2342.19200300.100.1.1',
];

/** Refuses an assertion for another receiver, and one that does not name the person: by a NameID, or one value of the mapped attribute. */
export function checkSubject(login: LoginContext): string | undefined {
  const { nameId, attributes } = found(login.content);
  const receiver = nameId?.spNameQualifier;
  if (receiver !== undefined && receiver !== login.entityId)
    refuse('subject_of_other_sp', { expected: login.entityId, received: receiver });
  const { matchAttribute } = found(login.provider).settings;
  const refuseMissing = (cause: Cause, expected: string, received: string) =>
    refuse('subject_missing', { cause, expected, received, detail: namesOf(attributes) });
  if (matchAttribute === '') return nameId?.value ? undefined : refuseMissing('no_name_id', 'a NameID', 'none');
  const values = attributes.get(matchAttribute);
  if (values?.length === 1 && values[0] !== '') return matchAttribute;
  const expected = `one value of ${matchAttribute}`;
  if (values) return refuseMissing('several_values', expected, `${values.length}`);
  return refuseMissing(attributes.size === 0 ? 'no_attributes' : 'other_attributes', expected, 'none');
}

function namesOf(attributes: AssertionContent['attributes']): string {
  const names = [...attributes.keys()];
  const shown = names.slice(0, MAX_NAMES).map((name) => name.slice(0, MAX_NAME_LENGTH));
  const more = names.length > MAX_NAMES ? ' and more' : '';
  return names.length === 0 ? 'The assertion has no attributes.' : `Attributes received: ${shown.join(', ')}${more}.`;
}

/** Finds the people that the verified assertion may mean. */
export async function findPeople(login: LoginContext, { store }: Deps): Promise<undefined> {
  const { settings } = found(login.provider);
  const name = assertedName(found(login.content), settings) ?? refuse('subject_missing');
  login.assertedName = name;
  login.people = await findPeopleNamed(store.db, settings.match, name);
}

/** Returns the people that a name of a provider may mean. */
export async function findPeopleNamed(db: Db, match: ProviderSettings['match'], name: string): Promise<User[]> {
  // Some providers write a value on a line of its own. A byte order mark is no blank.
  const sought = name.includes('\ufeff') ? name : name.trim();
  if (match === 'externalId') return findUsersByExternalId(db, name);
  if (match === 'email') return findUsersByEmail(db, sought);
  if (match === 'userNameOrEmail') return findUsersByUserNameOrEmail(db, sought);
  return [await findUserByUserName(db, sought)].filter((user) => user !== undefined);
}

/** Returns the name of the person: the value of the attribute that names them, or the NameID. */
function assertedName(content: AssertionContent, settings: ProviderSettings): string | undefined {
  const attribute = namingAttribute(content, settings);
  return attribute === '' ? content.nameId?.value : content.attributes.get(attribute)?.[0];
}

/** Returns the name of the attribute that names the person: the mapped one, or a well-known one if the NameID is transient. '': the NameID does. */
export function namingAttribute(
  { nameId, attributes }: AssertionContent,
  { matchAttribute }: ProviderSettings,
): string {
  if (matchAttribute !== '' || nameId?.format !== TRANSIENT) return matchAttribute;
  return wellKnownAttribute(attributes) ?? '';
}

/** Returns the name of the first well-known attribute for the e-mail address or the user name that has a value. */
export function wellKnownAttribute(attributes: ReadonlyMap<string, readonly string[]>): string | undefined {
  return WELL_KNOWN_ATTRIBUTES.find((name) => attributes.get(name)?.[0]);
}

/** Whether the provider made the name of the person up, so that it identifies nobody: only an external ID may be such a name. */
export function isMadeUpName({ content, provider, assertedName }: LoginContext): boolean {
  const { nameId } = found(content);
  const { matchAttribute, match } = found(provider).settings;
  if (matchAttribute !== '' || nameId?.value !== assertedName) return false;
  return nameId?.format === TRANSIENT || (nameId?.format === PERSISTENT && match !== 'externalId');
}

export function checkPersonKnown(login: LoginContext): undefined {
  const [user, ...others] = login.people;
  const received = visibleName(found(login.assertedName));
  if (user === undefined)
    refuse('person_unknown', {
      ...causeOf(login),
      expected: expectedIn[found(login.provider).settings.match],
      received,
    });
  if (others.length > 0) refuse('person_ambiguous', { received });
  login.user = user;
}

const expectedIn: Record<ProviderSettings['match'], string> = {
  userNameOrEmail: 'a user name or e-mail address of a person',
  userName: 'the user name of a person',
  email: 'an e-mail address of a person',
  externalId: 'the external ID of a person',
};

function causeOf(login: LoginContext): Facts {
  const { attributes } = found(login.content);
  if (!isMadeUpName(login) || found(login.provider).settings.match === 'externalId') return {};
  const mail = wellKnownAttribute(attributes);
  if (mail === undefined) return { cause: 'persistent_name_id' };
  return { cause: 'persistent_name_id_beside_mail', detail: `The attribute ${mail.slice(0, 100)} was sent too.` };
}

/** Returns why a person may not log in with a provider under a name: the reason of each check of the person that fails. */
export function reasonsAgainst(user: User, provider: IdentityProvider, assertedName: string): ReasonCode[] {
  const nowhere = { domainId: '', entityId: '', acsUrl: '', secretOf: () => undefined };
  const login = createLogin({ ...nowhere, user, provider, assertedName });
  return [checkEmailDomain, checkPersonActive, checkMayLogIn, checkLoginType].flatMap((check) => {
    try {
      check(login);
      return [];
    } catch (error) {
      return refusalOf(error).reason;
    }
  });
}

/** A provider that is limited to e-mail domains may only name people with such an address, and only by such an address. */
export function checkEmailDomain({ provider, user, assertedName }: LoginContext): string | undefined {
  const { settings } = found(provider);
  if (settings.emailDomains.length === 0) return undefined;
  const { email } = found(user);
  const name = found(assertedName).trim();
  const expected = settings.emailDomains.join(', ');
  if (email === null || !mayLogInAddress(email, settings))
    return refuse('email_domain_forbidden', { expected, received: email ?? 'no e-mail address' });
  if (name.includes('@') && !mayLogInAddress(name, settings))
    refuse('email_domain_forbidden', { expected, received: name });
  return email;
}

export function checkPersonActive({ user }: LoginContext): undefined {
  if (!found(user).active) refuse('person_deactivated');
}

export function checkMayLogIn({ user }: LoginContext): undefined {
  if (found(user).userType === 'Non Intranet User') refuse('person_not_intranet_user');
}

export function checkLoginType({ user }: LoginContext): undefined {
  if (!allowsMethod(found(user), 'saml')) refuse('saml_login_forbidden');
}
