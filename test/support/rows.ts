import { randomBytes, randomUUID } from 'node:crypto';
import type { Db } from '../../src/db/open.ts';
import type { LoginRequestRow, SessionRow } from '../../src/db/schema.ts';
import { initialSettings } from '../../src/federation/providers.ts';
import { newId, newReference } from '../../src/identifier.ts';
import { personAttributes } from '../../src/people/attributes.ts';
import { searchKeysOf } from '../../src/people/users.ts';
import type { AuditEntry, NewAuditEntry, What, Who } from '../../src/store/audit.ts';
import type { Domain } from '../../src/store/domains.ts';
import { listMembers } from '../../src/store/groupMembers.ts';
import type { Group } from '../../src/store/groups.ts';
import type { IdentityProvider } from '../../src/store/identityProviders.ts';
import type { NewLoginActivity } from '../../src/store/loginActivity.ts';
import type { LoginTest } from '../../src/store/loginTests.ts';
import type { ProfileSource } from '../../src/store/profileSources.ts';
import type { ProviderSetup } from '../../src/store/providerSetups.ts';
import type { ScimLogEntry } from '../../src/store/scimLog.ts';
import type { User } from '../../src/store/users.ts';
import * as writer from '../../src/store/writeUsers.ts';
import { testStart } from './testDeps.ts';

/** An active Intranet User with nothing but a user name. */
export function aUser(values: Partial<User> = {}): User {
  const id = randomUUID();
  return {
    id,
    userName: `user-${id}`,
    active: true,
    userType: 'Intranet User',
    loginType: null,
    externalId: null,
    givenName: null,
    familyName: null,
    displayName: null,
    title: null,
    department: null,
    email: null,
    profile: {},
    sourceId: null,
    creatorId: null,
    version: 1,
    createdAt: testStart,
    modifiedAt: testStart,
    lastLoginAt: null,
    ...values,
  };
}

/** A group without members that no profile source manages. */
export function aGroup(values: Partial<Group> = {}): Group {
  const id = randomUUID();
  const times = { version: 1, createdAt: testStart, modifiedAt: testStart };
  return { id, displayName: `Group ${id}`, externalId: null, sourceId: null, ...times, ...values };
}

/** An active profile source that has not called yet. */
export function aSource(values: Partial<ProfileSource> = {}): ProfileSource {
  const id = randomUUID();
  const settings = { logBodies: false, readOnly: false, patchResponse: 'resource' as const, networks: [] };
  const rights = { mayGrantPowerUser: false, maySetPasswords: true, mayTakeOver: true };
  const refusals = { refuseUnknownAttributes: false, refuseUnknownMembers: false };
  const times = { lastCallAt: null, createdAt: testStart, modifiedAt: testStart, ownership: ' ', mappingJson: '[]' };
  return { id, name: `Source ${id}`, active: true, ...settings, ...rights, ...refusals, ...times, ...values };
}

/** Inserts a person, with or without a password hash, past the rules of people/users.ts. */
export async function insertUser(db: Db, user: User, passwordHash: string | null): Promise<void> {
  await writer.insertUsers(db, [{ user, keys: searchKeysOf(user, personAttributes), passwordHash }]);
}

/** Writes a person past the rules of people/users.ts. Returns false if another change came first. */
export async function updateUser(db: Db, user: User, readVersion: number): Promise<boolean> {
  return writer.updateUser(db, user, searchKeysOf(user, personAttributes), readVersion);
}

/** A domain that is not set up. */
export function aDomain(values: Partial<Domain> = {}): Domain {
  const id = randomUUID();
  const url = `https://${id}.acme.com`;
  const limits = { idleMinutes: null, longestMinutes: null, emailFirst: null };
  const own = { spEntityId: null, acsPath: null, autoLoginPausedAt: null, ...limits };
  return { id, url, setUpAt: null, defaultProviderId: null, autoLogin: false, createdAt: testStart, ...own, ...values };
}

/** An enabled identity provider as it is after its import, without endpoints or keys. */
export function aProvider(values: Partial<IdentityProvider> = {}): IdentityProvider {
  const id = randomUUID();
  return {
    id,
    entityId: `https://idp.example.com/${id}`,
    name: 'Cloud Directory',
    enabled: true,
    showButton: false,
    buttonOrder: 0,
    settings: initialSettings,
    facts: {
      singleSignOn: [],
      singleLogout: [],
      nameIdFormats: [],
      certificates: [],
      validUntil: testStart + 31_536_000_000,
    },
    metadataUrl: null,
    importedAt: testStart,
    createdAt: testStart,
    ...values,
  };
}

/** A provider setup link that nobody has opened, valid for a week from the start. */
export function aProviderSetup(domainId: string, values: Partial<ProviderSetup> = {}): ProviderSetup {
  const id = randomUUID();
  const link = { id, domainId, tokenHash: id, note: 'Kim', guide: '', author: 'Maya Koch', createdAt: testStart };
  const visit = { expiresAt: testStart + 604_800_000, visitorHash: null, startedAt: null, startedFrom: null, tries: 0 };
  const sent = { metadataXml: null, metadataUrl: null, message: '', sentAt: null, testId: null };
  const decided = { decision: null, decidedAt: null, decidedBy: '', reason: '', providerId: null };
  return { ...link, ...visit, ...sent, ...decided, revokedAt: null, revokedBy: '', ...values };
}

/** A session that lives for an hour from the start. */
export function aSession(userId: string, values: Partial<SessionRow> = {}): SessionRow {
  return {
    id: randomUUID(),
    userId,
    domainId: null,
    providerId: null,
    nameId: null,
    sessionIndex: null,
    dataJson: '{}',
    network: null,
    userAgent: null,
    createdAt: testStart,
    lastSeenAt: testStart,
    expiresAt: testStart + 3_600_000,
    ...values,
  };
}

/** A Test login of a Power User that was not sent yet. */
export function aLoginTest(domainId: string, values: Partial<LoginTest> = {}): LoginTest {
  const times = { createdAt: testStart, expiresAt: testStart + 900_000 };
  const result = { requestId: null, activityId: null, matched: [] };
  const tested = { domainId, providerId: null, importId: null, starter: 'person:maya' as const, draft: aProvider() };
  return { id: randomUUID(), ...tested, ...times, ...result, ...values };
}

/** A login request that is valid for ten minutes from the start. */
export function aLoginRequest(values: Partial<LoginRequestRow> = {}): LoginRequestRow {
  return {
    id: `_${randomUUID()}`,
    providerId: 'a-provider',
    domainId: 'a-domain',
    relayState: 'a-token',
    browserHash: 'a-hash',
    returnPath: '/',
    forceAuthn: 0,
    test: 0,
    restarted: 0,
    automatic: 0,
    messageSealed: null,
    usedAt: null,
    createdAt: testStart,
    expiresAt: testStart + 600_000,
    ...values,
  };
}

/** A login through a provider; refused unless `values` say otherwise. */
export function anActivity(values: Partial<NewLoginActivity> = {}): NewLoginActivity {
  const { at = testStart, outcome = 'refused' } = values;
  const source = { now: () => at, randomBytes };
  return {
    id: newId(source),
    reference: outcome === 'refused' ? newReference(source) : null,
    at,
    flow: 'sp',
    outcome,
    reason: 'person_unknown',
    domainId: null,
    providerId: null,
    userId: null,
    asserted: null,
    network: null,
    detail: {},
    ...values,
  };
}

/** A successful PATCH in the SCIM log. */
export function aLogEntry(values: Partial<ScimLogEntry> = {}): ScimLogEntry {
  const at = values.at ?? testStart;
  const request = { network: '203.0.113.9', method: 'PATCH', path: '/Users/1', status: 200, durationMs: 4 };
  const resource = { resourceType: 'User', resourceId: 'person', resourceName: 'ben.tal' };
  return {
    id: newId({ now: () => at, randomBytes }),
    at,
    sourceId: 'source',
    sourceName: 'JumpCloud',
    ...request,
    event: 'user_update_provision',
    ...resource,
    changes: [],
    detail: null,
    body: null,
    ...values,
  };
}

/** Returns the IDs of the members of a group. */
export async function findMemberIds(db: Db, groupId: string): Promise<string[]> {
  return (await listMembers(db, groupId, undefined, 1_000)).map(({ userId }) => userId);
}

/** An entry of the audit log, at the start of the test, with what `who` and `what` say differently. */
export function anAuditEntry(
  values: Partial<Omit<AuditEntry, 'who' | 'what'>> & { who?: Partial<Who>; what?: Partial<What> } = {},
): NewAuditEntry {
  const { who, what, at = testStart, ...facts } = values;
  const actor = { actorKind: 'person', actorId: null, targetKind: 'person', targetId: null };
  return {
    ...{ id: newId({ now: () => at, randomBytes }), at, action: 'person.updated', ...actor, ...facts },
    whoJson: JSON.stringify({ salt: 'saltsalt', name: 'maya.koch', address: '192.0.2.1', ...who }),
    whatJson: JSON.stringify({ salt: 'saltsalt', name: 'anna.berg', changes: [], ...what }),
  };
}
