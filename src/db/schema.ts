/** A column: its SQL, in which `KEY` is text that is compared byte by byte, and the type of its values. */
export type Column<T> = { sql: string; values?: T };

const column = <T>(sql: string): Column<T> => ({ sql });

const id = column<string>('KEY primary key');
const key = column<string>('KEY not null');
const optionalKey = column<string | null>('KEY');
const uniqueKey = column<string>('KEY not null unique');
const text = column<string>('text not null');
const optionalText = column<string | null>('text');
const integer = column<number>('integer not null');
const bigint = column<number>('bigint not null');
const time = bigint;
const optionalTime = column<number | null>('bigint');
const flag = column<0 | 1>('integer not null');
const reference = (table: string) => column<string>(`KEY not null references "${table}" ("id") on delete cascade`);
const optionalReference = (table: string, onDelete: 'cascade' | 'set null') =>
  column<string | null>(`KEY references "${table}" ("id") on delete ${onDelete}`);

/**
 * The tables of both engines, as createTables creates them; a change also needs a migration. Times are epoch milliseconds, `…Json` columns
 * are JSON text, and a `…Key` column holds caseKey() of the column it is named after, which is what is unique and looked up.
 */
export const tables = {
  settings: { name: id, valueJson: text },
  identityProviders: {
    id,
    entityId: key, // unique in each domain: see providerDomains
    name: text,
    enabled: flag,
    showButton: flag,
    buttonOrder: integer,
    settingsJson: text, // ProviderSettings
    metadataJson: text, // the parts of the metadata in use
    metadataXml: text, // the metadata as received
    metadataUrl: optionalText,
    importedAt: time,
    createdAt: time,
    peopleJson: optionalText, // PeopleRules
  },
  domains: {
    id,
    url: uniqueKey, // an origin: scheme, host and port
    setUpAt: optionalTime,
    defaultProviderId: optionalReference('identityProviders', 'set null'),
    autoLogin: flag,
    createdAt: time,
    spEntityId: optionalText, // its own, instead of the URL of its metadata
    acsPath: optionalText, // its own, besides /saml/acs
    autoLoginPausedAt: optionalTime, // since when Auto Login is off because logins do not come back
    idleMinutes: column<number | null>('integer'), // of a session; null: the default
    longestMinutes: column<number | null>('integer'),
    emailFirst: column<0 | 1 | null>('integer'), // the Log-In screen asks for the e-mail address
  },
  providerDomains: { providerId: reference('identityProviders'), domainId: reference('domains'), entityId: key },
  domainKeys: {
    id,
    domainId: reference('domains'),
    privateKeySealed: text, // PEM, sealed with the secret key
    certificate: text, // PEM
    createdAt: time,
    role: key, // KeyRole
    roleSince: time,
  },
  metadataFetches: {
    domainId: reference('domains'),
    providerId: key, // '': by the domain's own metadata URL, which says nothing about who fetched
    fetchedAt: optionalTime, // the last time, to the hour
    givenAt: optionalTime, // when a Power User marked it as given by hand
    fetchedFrom: optionalText, // the address of the last fetch
  },
  providerLogos: {
    providerId: column<string>('KEY primary key references "identityProviders" ("id") on delete cascade'),
    digest: key,
    type: text,
    base64: text,
  },
  metadataImports: {
    id,
    xml: text,
    url: optionalText,
    providerId: optionalReference('identityProviders', 'cascade'), // the provider to update; null: a new one
    expiresAt: time,
    signers: optionalText, // the certificates with which the signature was verified
    selected: optionalText, // the EntityID that was selected in a collection
  },
  metadataCollections: {
    id,
    url: optionalText,
    xml: optionalText, // if it has no URL
    signers: optionalText, // the certificates with which the signature was verified
    entitiesJson: text, // ListedEntity[]
    expiresAt: time,
  },
  metadataVersions: {
    id,
    providerId: reference('identityProviders'),
    at: time,
    origin: key, // VersionOrigin
    author: text, // the name of the person, or what did it
    metadataJson: text, // the parts of the metadata in use
    metadataXml: text,
    metadataUrl: optionalText,
  },
  metadataRefreshes: {
    providerId: column<string>('KEY primary key references "identityProviders" ("id") on delete cascade'),
    nextAt: time, // while a server fetches, the time from which another one may
    earlyAt: optionalTime, // the last refresh because of a response with an unknown key
    checkedAt: optionalTime, // the last one that succeeded
    failures: integer, // since then
    failure: optionalText, // the last one, in a sentence
    failedAt: optionalTime, // the first of them
    etag: optionalText, // of the metadata in use
    lastModified: optionalText,
    waitingJson: optionalText, // the parts of published metadata that wait for approval
    waitingXml: optionalText,
    declined: optionalText, // the digest of published metadata that was rejected or rolled back
  },
  users: {
    id,
    userName: text,
    userNameKey: uniqueKey,
    active: flag,
    userType: key,
    loginType: optionalText,
    externalId: optionalKey,
    givenName: optionalText,
    familyName: optionalText,
    displayName: optionalText,
    nameKey: key, // the sort key of lists of people
    title: optionalText,
    department: optionalText,
    email: optionalText, // the primary one
    managerId: optionalKey, // profile.enterprise.manager.value
    omitFromSearch: flag, // profile.interact.omitFromSearch
    profileJson: text, // every other attribute
    searchText: key, // the person's search words, each with a space before it
    passwordHash: optionalText,
    sourceId: optionalKey, // the profile source that manages the person
    creatorId: optionalKey, // the profile source or the identity provider that created the person
    version: integer,
    createdAt: time,
    modifiedAt: time,
    lastLoginAt: optionalTime,
  },
  userEmails: { userId: reference('users'), valueKey: key },
  userTokens: { token: key, userId: key },
  userNames: { pair: key, name: key, userId: key }, // the start of two words of a name, the name's key, its person
  groups: {
    id,
    displayName: text,
    displayNameKey: uniqueKey,
    externalId: optionalKey,
    sourceId: optionalKey,
    version: integer,
    createdAt: time,
    modifiedAt: time,
  },
  groupMembers: { groupId: reference('groups'), userId: reference('users') },
  nestedGroups: { groupId: reference('groups'), memberId: reference('groups') }, // groups that are members of groups
  groupAncestors: { groupId: reference('groups'), ancestorId: reference('groups') }, // what follows from nestedGroups
  directoryCounts: { name: column<'users' | 'groups'>('KEY not null'), slot: integer, total: bigint },
  profileSources: {
    id, // the Client ID
    name: text,
    active: flag,
    logBodies: flag,
    readOnly: flag,
    patchResponse: key, // 'resource' | 'none'
    networksJson: text, // the networks that requests may come from, in CIDR notation; empty: all
    mayGrantPowerUser: flag,
    maySetPasswords: flag, // of the people that it created
    mayTakeOver: flag, // people who were added by hand
    refuseUnknownAttributes: flag, // 0: they are left out
    refuseUnknownMembers: flag, // 0: they are skipped
    lastCallAt: optionalTime,
    createdAt: time,
    modifiedAt: time,
    ownership: text, // names of attributes between blanks: owned, or with - before the name: left out
    mappingJson: text, // MappingRule[]
  },
  profileSourceTokens: {
    tokenHash: id, // SHA-256 of the token
    sourceId: reference('profileSources'),
    hint: text, // the token's last four characters
    createdAt: time,
    expiresAt: optionalTime,
  },
  profileSourceCalls: { sourceId: reference('profileSources'), day: time, calls: integer, failures: integer },
  sourceNotices: { sourceId: reference('profileSources'), kind: key, at: time, dismissed: flag }, // for Needs attention
  scimLog: {
    id, // sorts by time
    at: time,
    sourceId: optionalKey,
    sourceName: optionalText,
    network: optionalText,
    method: key, // '' : a Power User changed the source
    path: text,
    status: integer,
    durationMs: integer,
    event: optionalKey, // user_create_provision and so on
    resourceType: optionalKey, // 'User' | 'Group'
    resourceId: optionalKey,
    resourceName: optionalText,
    changesJson: optionalText, // Change[]
    detail: optionalText, // why it was refused
    body: optionalText, // the request's body with its secrets masked
  },
  jobs: {
    id, // sorts by time
    kind: key, // JobKind
    state: key, // JobState
    inputJson: text, // Record<string, string>
    countsJson: text, // the number of items by outcome
    startedBy: text,
    total: integer,
    processed: integer,
    failure: optionalText, // why it failed
    createdAt: time,
    changedAt: time,
    leasedUntil: time, // while a process works on it, a moment from now
    actorJson: optionalText, // Actor, for the audit log
  },
  jobItems: {
    jobId: reference('jobs'),
    position: integer, // from 1, in processing order
    itemJson: text,
    outcome: optionalKey,
    reason: optionalText,
  },
  sessions: {
    id, // sorts by time; see hashSessionId
    userId: reference('users'),
    domainId: optionalKey,
    providerId: optionalKey,
    nameId: optionalKey,
    sessionIndex: optionalKey,
    dataJson: text,
    network: optionalText,
    userAgent: optionalText,
    createdAt: time,
    lastSeenAt: time,
    expiresAt: time,
  },
  loginRequests: {
    id, // the AuthnRequest's ID
    providerId: key,
    domainId: key,
    relayState: key, // a random token
    browserHash: key, // SHA-256 of the secret in the browser's cookie
    returnPath: text,
    forceAuthn: flag,
    test: flag, // a Test login of a Power User: no session starts
    createdAt: time,
    expiresAt: time,
    restarted: flag, // the login was started again automatically, which happens once
    usedAt: optionalTime,
    automatic: flag, // Auto Login sent it
    messageSealed: optionalText, // the AuthnRequest, shortened, if messages are kept
  },
  passwordLinks: {
    userId: reference('users'),
    tokenHash: uniqueKey,
    createdAt: time,
    expiresAt: time,
    mailed: flag, // anyone can have one mailed: it does not replace the one that a Power User or the operator created
  },
  pendingLogins: { tokenHash: id, loginJson: text, expiresAt: time },
  logoutRequests: {
    id, // the LogoutRequest's ID
    providerId: key,
    domainId: key,
    activityId: key, // its row of Login activity
    state: key, // LogoutState
    createdAt: time,
    expiresAt: time,
  },
  loggedOutSessions: { keyHash: id, issuedAt: time, expiresAt: time }, // of sessions at providers, see saml/verify/loggedOut.ts
  usedAssertions: { entityId: key, assertionId: key, expiresAt: time },
  loginActivity: {
    id,
    reference: optionalKey, // the code shown to a person who was refused
    at: time,
    flow: key, // 'sp' | 'auto' | 'again' | 'idp' | 'local' | 'test' | 'logout'
    outcome: key, // 'logged_in' | 'refused' | 'tested' | 'asked' | 'no_cookies' | 'continued' | 'started_again' | 'second_step'
    reason: optionalKey,
    domainId: optionalKey,
    providerId: optionalKey,
    userId: optionalKey,
    asserted: optionalText, // the name in the response or the form
    network: optionalText,
    detailJson: text,
    times: integer, // how often the same was refused
    lastAt: optionalTime, // the last time, if it was more than once
    refusedFrom: optionalKey, // the network of a refusal, see clientNetwork()
  },
  loginMessages: { activityId: id, sealed: text }, // KeptMessages, sealed with the secret key
  // No references: counts are written later than they are made.
  loginTraffic: {
    providerId: key,
    domainId: key,
    slot: time,
    sent: integer,
    received: integer,
    offsets: text,
    sentFrom: optionalText, // the network of all that were sent, or 'several'; null: of none, or unknown
  },
  healthCauses: {
    code: key, // HealthCode
    subject: key,
    severity: key,
    text,
    detail: text,
    href: text,
    providerId: optionalKey, // whose contacts may read providerText
    providerText: optionalText,
    endsAt: optionalTime, // when something expires or has expired
    startedAt: time,
    endedAt: optionalTime,
    reportedAs: optionalKey, // Stage: what webhooks were told last
    mailedAs: optionalKey, // Stage: what the last mail about it said
    mailedAt: optionalTime,
  },
  sentMails: {
    id, // sorts by time
    at: time,
    kind: key, // 'notification' | 'provider' | 'test'
    recipients: text,
    subject: text,
    state: key, // 'sending' | 'sent' | 'failed'
    error: optionalText, // why it failed, or who was refused
  },
  attempts: { name: id, failures: integer, expiresAt: time },
  authenticatorApps: {
    userId: reference('users'),
    secretSealed: text, // base 32, sealed with the secret key
    lastStep: bigint, // the time step of the last code that was used: each is accepted once
    createdAt: time,
    lastUsedAt: optionalTime,
  },
  passkeys: {
    id,
    credentialId: uniqueKey, // base64url
    userId: reference('users'),
    rpId: key, // the host of the domain where it was added: it works only there
    publicKey: text, // COSE key in base64url
    counter: bigint, // of uses, as the authenticator reported it; 0 if it does not count
    transports: text, // JSON, a hint for the browser
    name: text,
    createdAt: time,
    lastUsedAt: optionalTime,
  },
  recoveryCodes: { userId: reference('users'), codeHash: key }, // only those that were not used
  passkeyChallenges: { challengeHash: id, binding: key, expiresAt: time }, // binding: the browser and the purpose
  secondSteps: {
    tokenHash: id, // of the secret in the browser's cookie
    userId: reference('users'),
    domainId: reference('domains'),
    activityId: key, // the row of Login activity
    name: text, // as it was typed
    network: text, // the client's address, for login limits
    passwordMark: text, // a digest of the credentials (login/credentials.ts): with a new password, the login starts again
    returnPath: text,
    tries: integer, // of codes
    expiresAt: time,
  },
  webhooks: {
    id,
    url: text,
    description: text,
    eventsJson: text, // EventType[]
    active: flag,
    pausedBecause: optionalText, // a sentence, if it was paused automatically
    secretSealed: text, // sealed with the secret key
    oldSecretSealed: optionalText, // signs as well until oldSecretUntil
    oldSecretUntil: optionalTime,
    failingSince: optionalTime, // the first failure after the last success
    leasedUntil: time, // while a process delivers to it, a moment from now
    createdAt: time,
  },
  webhookDeliveries: {
    id, // sorts by time
    webhookId: key, // no reference: a change of a person must not fail because a webhook was removed
    eventId: key, // the same for all webhooks, and each time the event is sent
    type: key, // EventType
    body: text, // JSON as it is sent
    position: bigint, // grows with time, also within a millisecond
    at: time,
    state: key, // 'waiting' | 'delivered' | 'failed'
    nextAt: optionalTime, // of the next attempt, null if there is none
    retries: integer, // without those that a Power User asked for
    attemptsJson: text, // Attempt[]
  },
  loginTests: {
    id, // sorts by time
    domainId: reference('domains'),
    providerId: optionalReference('identityProviders', 'cascade'), // whose form it was; null: not imported yet
    importId: optionalKey, // the preview of metadata that is not imported yet
    starter: key, // 'person:ID' | 'link:ID' | 'commandLine'
    draftJson: text, // IdentityProvider as it was on the form
    requestId: optionalKey, // of its login request, once it is sent
    createdAt: time,
    expiresAt: time,
    activityId: optionalKey, // the row of Login activity with its result
    matchedJson: text, // the IDs of people that the response may mean
  },
  passedTests: {
    domainId: reference('domains'),
    entityId: key, // of the provider
    digest: key, // of the settings and URLs that matter
    certificatesJson: text, // the SHA-256 of the certificates that were trusted
    at: time,
  },
  providerSetups: {
    id, // sorts by time
    domainId: reference('domains'),
    tokenHash: uniqueKey, // of the link
    visitorHash: optionalKey, // of the cookie of the browser that started
    note: text, // who it is for
    guide: text, // the product, an ID of a guide
    author: text, // the name of the person who made the link, or what did it
    createdAt: time,
    expiresAt: time,
    startedAt: optionalTime,
    startedFrom: optionalText, // the address of the browser
    tries: integer, // to read metadata or to test a login
    metadataXml: optionalText, // what is proposed
    metadataUrl: optionalText,
    message: text,
    sentAt: optionalTime,
    testId: optionalKey, // the row of Login activity of the Test login of what was sent
    decision: optionalKey, // 'approved' | 'declined', of what was sent last
    decidedAt: optionalTime,
    decidedBy: text,
    reason: text, // of a refusal, for the visitor
    providerId: optionalKey, // the provider that was imported
    revokedAt: optionalTime,
    revokedBy: text,
  },
  auditEntries: {
    id, // sorts by time
    at: time,
    action: key, // AuditAction
    actorKind: key, // ActorKind
    actorId: optionalKey,
    targetKind: key, // TargetKind
    targetId: optionalKey,
    whoJson: optionalText, // Who, null once it is erased
    whatJson: optionalText, // What, null once it is erased
    // Filled in when the entry is sealed, in the order of `seq`: docs/decisions/audit-is-a-chain.md.
    seq: column<number | null>('bigint'),
    whoDigest: optionalText,
    whatDigest: optionalText,
    hash: optionalText,
  },
  auditCheckpoints: {
    id, // sorts by time
    at: time,
    seq: bigint, // of the last entry that it vouches for
    hash: text, // of that entry
    cut: flag, // the entries up to it were deleted by retention
    publicKey: text, // base64url, of the Ed25519 key that signed
    signature: text,
  },
};

/** The rows of the tables. */
export type Schema = { [T in keyof typeof tables]: Row<(typeof tables)[T]> };

type Row<Columns> = { [C in keyof Columns]: Columns[C] extends Column<infer T> ? T : never };

export type DomainRow = Schema['domains'];
export type DomainKeyRow = Schema['domainKeys'];
export type ProviderDomainRow = Schema['providerDomains'];
export type IdentityProviderRow = Schema['identityProviders'];
export type ProviderLogoRow = Schema['providerLogos'];
export type MetadataCollectionRow = Schema['metadataCollections'];
export type MetadataImportRow = Schema['metadataImports'];
export type MetadataRefreshRow = Schema['metadataRefreshes'];
export type MetadataVersionRow = Schema['metadataVersions'];
export type MetadataFetchRow = Schema['metadataFetches'];
export type UserRow = Schema['users'];
export type GroupRow = Schema['groups'];
export type ProfileSourceRow = Schema['profileSources'];
export type ProfileSourceTokenRow = Schema['profileSourceTokens'];
export type ScimLogRow = Schema['scimLog'];
export type JobRow = Schema['jobs'];
export type JobItemRow = Schema['jobItems'];
export type PasswordLinkRow = Schema['passwordLinks'];
export type SessionRow = Schema['sessions'];
export type LoginRequestRow = Schema['loginRequests'];
export type LoggedOutSessionRow = Schema['loggedOutSessions'];
export type LogoutRequestRow = Schema['logoutRequests'];
export type LoginTestRow = Schema['loginTests'];
export type PassedTestRow = Schema['passedTests'];
export type LoginActivityRow = Schema['loginActivity'];
export type LoginTrafficRow = Schema['loginTraffic'];
export type HealthCauseRow = Schema['healthCauses'];
export type SentMailRow = Schema['sentMails'];
export type ProviderSetupRow = Schema['providerSetups'];
export type WebhookRow = Schema['webhooks'];
export type WebhookDeliveryRow = Schema['webhookDeliveries'];
export type AuthenticatorAppRow = Schema['authenticatorApps'];
export type PasskeyRow = Schema['passkeys'];
export type SecondStepRow = Schema['secondSteps'];
export type AuditEntryRow = Schema['auditEntries'];
export type AuditCheckpointRow = Schema['auditCheckpoints'];
