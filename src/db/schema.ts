/**
 * The tables of both engines. Flags are 0 or 1, times are epoch milliseconds, `…Json` columns are JSON text,
 * and a `…Key` column holds caseKey() of the column it is named after, which is what is unique and looked up.
 */
export type Schema = {
  settings: { name: string; valueJson: string };
  domains: DomainRow;
  domainKeys: DomainKeyRow;
  identityProviders: IdentityProviderRow;
  metadataImports: MetadataImportRow;
  users: UserRow;
  userEmails: { userId: string; valueKey: string };
  groups: GroupRow;
  groupMembers: { groupId: string; userId: string };
  userTokens: { token: string; userId: string };
  directoryCounts: { name: 'users' | 'groups'; slot: number; total: number };
  profileSources: ProfileSourceRow;
  profileSourceTokens: ProfileSourceTokenRow;
  profileSourceCalls: { sourceId: string; day: number; calls: number; failures: number };
  scimLog: ScimLogRow;
  jobs: JobRow;
  jobItems: JobItemRow;
  sessions: SessionRow;
  loginRequests: LoginRequestRow;
  pendingLogins: { tokenHash: string; loginJson: string; expiresAt: number };
  usedAssertions: { entityId: string; assertionId: string; expiresAt: number };
  loginActivity: LoginActivityRow;
  attempts: { name: string; failures: number; expiresAt: number };
};

type Flag = 0 | 1;

export type DomainRow = {
  id: string;
  url: string; // an origin: scheme, host and port
  setUpAt: number | null;
  defaultProviderId: string | null;
  autoLogin: Flag;
  createdAt: number;
};

export type DomainKeyRow = {
  id: string;
  domainId: string;
  privateKeySealed: string; // PEM, sealed with the secret key
  certificate: string; // PEM
  createdAt: number;
};

export type IdentityProviderRow = {
  id: string;
  entityId: string;
  name: string;
  enabled: Flag;
  showButton: Flag;
  buttonOrder: number;
  settingsJson: string; // ProviderSettings
  metadataJson: string; // the parts of the metadata in use
  metadataXml: string; // the metadata as received
  metadataUrl: string | null;
  importedAt: number;
  createdAt: number;
};

export type MetadataImportRow = {
  id: string;
  xml: string;
  url: string | null;
  providerId: string | null; // the provider to update; null: a new one
  expiresAt: number;
};

export type UserRow = {
  id: string;
  userName: string;
  userNameKey: string;
  active: Flag;
  userType: string;
  loginType: string | null;
  externalId: string | null;
  givenName: string | null;
  familyName: string | null;
  displayName: string | null;
  title: string | null;
  department: string | null;
  email: string | null; // the primary one
  profileJson: string; // every other attribute
  passwordHash: string | null;
  sourceId: string | null; // the profile source that manages the person
  version: number;
  createdAt: number;
  modifiedAt: number;
  lastLoginAt: number | null;
  nameKey: string; // the sort key of lists of people
  searchText: string; // the person's search words, each with a space before it
  managerId: string | null; // profile.enterprise.manager.value
  omitFromSearch: Flag; // profile.interact.omitFromSearch
};

export type GroupRow = {
  id: string;
  displayName: string;
  displayNameKey: string;
  externalId: string | null;
  sourceId: string | null;
  version: number;
  createdAt: number;
  modifiedAt: number;
};

export type ProfileSourceRow = {
  id: string; // the Client ID
  name: string;
  active: Flag;
  logBodies: Flag;
  readOnly: Flag;
  patchResponse: string; // 'resource' | 'none'
  networksJson: string; // the networks that requests may come from, in CIDR notation; empty: all
  lastCallAt: number | null;
  createdAt: number;
  modifiedAt: number;
};

export type ProfileSourceTokenRow = {
  tokenHash: string; // SHA-256 of the token
  sourceId: string;
  hint: string; // the token's last four characters
  createdAt: number;
  expiresAt: number | null;
};

export type ScimLogRow = {
  id: string; // sorts by time
  at: number;
  sourceId: string | null;
  sourceName: string | null;
  network: string | null;
  method: string; // '' : a Power User changed the source
  path: string;
  status: number;
  durationMs: number;
  event: string | null; // user_create_provision and so on
  resourceType: string | null; // 'User' | 'Group'
  resourceId: string | null;
  resourceName: string | null;
  changesJson: string | null; // Change[]
  detail: string | null; // why it was refused
  body: string | null; // the request's body with its secrets masked
};

export type JobRow = {
  id: string; // sorts by time
  kind: string; // JobKind
  state: string; // JobState
  inputJson: string; // Record<string, string>
  countsJson: string; // the number of items by outcome
  startedBy: string;
  total: number;
  processed: number;
  failure: string | null; // why it failed
  createdAt: number;
  changedAt: number;
};

export type JobItemRow = {
  jobId: string;
  position: number; // from 1, in processing order
  itemJson: string;
  outcome: string | null;
  reason: string | null;
};

export type SessionRow = {
  id: string; // SHA-256 of the secret in the cookie
  userId: string;
  domainId: string | null;
  providerId: string | null;
  nameId: string | null;
  sessionIndex: string | null;
  dataJson: string;
  network: string | null;
  userAgent: string | null;
  createdAt: number;
  lastSeenAt: number;
  expiresAt: number;
};

export type LoginRequestRow = {
  id: string; // the AuthnRequest's ID
  providerId: string;
  domainId: string;
  relayState: string; // a random token
  browserHash: string; // SHA-256 of the secret in the browser's cookie
  returnPath: string;
  forceAuthn: Flag;
  test: Flag; // a Test login of a Power User: no session starts
  createdAt: number;
  expiresAt: number;
};

export type LoginActivityRow = {
  id: string;
  reference: string | null; // the code shown to a person who was refused
  at: number;
  flow: string; // 'sp' | 'idp' | 'local' | 'test'
  outcome: string; // 'logged_in' | 'refused' | 'tested'
  reason: string | null;
  domainId: string | null;
  providerId: string | null;
  userId: string | null;
  asserted: string | null; // the name in the response or the form
  network: string | null;
  detailJson: string;
};
