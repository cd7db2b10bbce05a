import type { Db } from '../../db/open.ts';
import { caseKey } from '../../store/caseKey.ts';
import type { ProviderSettings } from '../../store/identityProviders.ts';
import {
  findUserByUserName,
  findUsersByEmail,
  findUsersByExternalId,
  findUsersByUserNameOrEmail,
  type User,
} from '../../store/users.ts';
import type { ReasonCode, VerifiedAssertion } from './verdict.ts';

const TRANSIENT = 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient';

// What providers call the e-mail address and the log-in name, for answers whose NameID is a random value.
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

export type Match = { ok: true; user: User } | { ok: false; reason: ReasonCode; user?: User };

/** Who the assertion speaks of, in the provider's own words: the mapped attribute, or the NameID. Undefined where neither is there. */
export function assertedName(assertion: VerifiedAssertion, settings: ProviderSettings): string | undefined {
  if (settings.matchAttribute !== '') return assertion.attributes.get(settings.matchAttribute)?.[0];
  if (assertion.nameId && assertion.nameId.format !== TRANSIENT) return assertion.nameId.value;
  const attribute = WELL_KNOWN_ATTRIBUTES.find((name) => assertion.attributes.get(name)?.[0]);
  return attribute === undefined ? assertion.nameId?.value : assertion.attributes.get(attribute)?.[0];
}

/** Finds the person of the People Directory that a name stands for, and says whether they may come in. */
export async function matchPerson(db: Db, name: string, settings: ProviderSettings): Promise<Match> {
  const found = await findPeople(db, name, settings.match);
  const [user] = found;
  if (!user) return { ok: false, reason: 'person_unknown' };
  if (found.length > 1) return { ok: false, reason: 'person_ambiguous' };
  if (!mayAssert(settings.emailDomains, name, user)) return { ok: false, reason: 'email_domain_forbidden', user };
  if (!user.active) return { ok: false, reason: 'person_deactivated', user };
  if (user.userType === 'Non Intranet User') return { ok: false, reason: 'person_not_intranet_user', user };
  return { ok: true, user };
}

async function findPeople(db: Db, name: string, match: ProviderSettings['match']): Promise<User[]> {
  if (match === 'externalId') return findUsersByExternalId(db, name);
  if (match === 'email') return findUsersByEmail(db, name);
  if (match === 'userNameOrEmail') return findUsersByUserNameOrEmail(db, name);
  const user = await findUserByUserName(db, name);
  return user ? [user] : [];
}

/** A provider that is limited to e-mail domains may name only people of these, and only by addresses of these. */
function mayAssert(domains: string[], name: string, user: User): boolean {
  if (domains.length === 0) return true;
  const allowed = (address: string) => domains.includes(caseKey(address.slice(address.lastIndexOf('@') + 1)));
  return user.email !== null && allowed(user.email) && (!name.includes('@') || allowed(name));
}
