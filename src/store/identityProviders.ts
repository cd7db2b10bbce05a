import type { Db } from '../db/open.ts';
import { prepared } from '../db/query.ts';
import type { IdentityProviderRow } from '../db/schema.ts';
import type { PeopleRules } from './peopleRules.ts';

/** The settings of an identity provider: the fields of its Edit screen except name, button and enabled. */
export type ProviderSettings = {
  matchAttribute: string; // the attribute that identifies the person; '': the NameID, or an e-mail attribute if it is transient
  match: 'userNameOrEmail' | 'userName' | 'email' | 'externalId';
  emailDomains: string[]; // e-mail domains of the people who may log in with it; empty: all
  idpInitiated: boolean;
  nameIdPolicy: string; // the NameID format to request; '': none
  authnContexts: string[]; // class references of RequestedAuthnContext; empty: none
  forceAuthn: boolean;
  signRequests: boolean;
  requestBinding: 'redirect' | 'post';
  clockSkewSeconds: number;
  allowSha1: boolean;
  spEntityId: string; // what the provider knows the domain by; '': the EntityID of the domain
  sendSubject: boolean; // the e-mail address that the person typed first, as the Subject of login requests
  singleLogout: boolean; // a logout here is one at the provider too, if its metadata has an endpoint
  refresh: 'review' | 'automatic' | 'off'; // whether metadata is fetched again, and its changes wait for approval
  metadataSigners: string; // the certificates in PEM of which one must have signed the metadata; '': no signature is required
};

/** What providers have that were imported before there were these settings. */
const addedSettings: Partial<ProviderSettings> = {
  spEntityId: '',
  sendSubject: false,
  refresh: 'review',
  metadataSigners: '',
  singleLogout: false, // they do not know our SLO URL
};

/** A certificate that a provider signs with, or a bare key, which has an empty subject and no dates. */
export type Certificate = {
  pem: string; // of the certificate, or of the public key
  sha256: string; // 'AA:BB:…'
  subject: string;
  notBefore?: number | undefined;
  notAfter?: number | undefined;
  keyDescription: string; // 'RSA 2048'
};

export type Endpoint = { binding: string; location: string; responseLocation?: string | undefined };

/** What a provider says about itself. Shown to Power Users; nothing is enforced. URLs are http or https. */
export type ProviderAbout = {
  displayName: string | undefined;
  organization: string | undefined;
  organizationUrl: string | undefined;
  description: string | undefined;
  logo: string | undefined;
  informationUrl: string | undefined;
  privacyUrl: string | undefined;
  errorUrl: string | undefined;
  contacts: { type: string; name: string; email: string }[];
  scopes: { value: string; isPattern: boolean }[];
};

/** The parts of a provider's metadata that Anteroom uses. */
export type ProviderFacts = {
  about?: ProviderAbout; // not of providers that were imported before it was read
  singleSignOn: Endpoint[];
  singleLogout: Endpoint[];
  nameIdFormats: string[];
  certificates: Certificate[];
  validUntil: number | undefined;
};

export type IdentityProvider = {
  id: string;
  entityId: string;
  name: string;
  enabled: boolean;
  showButton: boolean;
  buttonOrder: number;
  settings: ProviderSettings;
  facts: ProviderFacts;
  people?: PeopleRules | undefined; // undefined: it creates and updates nobody
  metadataUrl: string | null;
  importedAt: number;
  createdAt: number;
};

const columns = [
  'id',
  'entityId',
  'name',
  'enabled',
  'showButton',
  'buttonOrder',
  'settingsJson',
  'metadataJson',
  'metadataUrl',
  'importedAt',
  'createdAt',
  'peopleJson',
] as const satisfies (keyof IdentityProviderRow)[];

export async function findProvider(db: Db, id: string): Promise<IdentityProvider | undefined> {
  const [row] = await byId(db, id);
  return row && fromRow(row);
}

const byId = prepared((db, id: string) => db.selectFrom('identityProviders').select(columns).where('id', '=', id));

/** Finds the provider with an ID, if it belongs to the domain. */
export async function findProviderAt(db: Db, domainId: string, id: string): Promise<IdentityProvider | undefined> {
  const [row] = await byIdAt(db, domainId, id);
  return row && fromRow(row);
}

const byIdAt = prepared((db, domainId: string, id: string) =>
  providersAt(db, domainId).where('identityProviders.id', '=', id),
);

/** Finds the provider of a domain with exactly this EntityID (saml-core 8.3.6). */
export async function findProviderByEntityId(
  db: Db,
  domainId: string,
  entityId: string,
): Promise<IdentityProvider | undefined> {
  const [row] = await byEntityId(db, domainId, entityId);
  return row && fromRow(row);
}

const byEntityId = prepared((db, domainId: string, entityId: string) =>
  providersAt(db, domainId).where('providerDomains.entityId', '=', entityId),
);

/** Lists all providers in the order of their buttons. */
export async function listProviders(db: Db): Promise<IdentityProvider[]> {
  const rows = await db
    .selectFrom('identityProviders')
    .select(columns)
    .orderBy('buttonOrder')
    .orderBy('createdAt')
    .orderBy('id')
    .execute();
  return rows.map(fromRow);
}

/** Lists the providers of a domain in the order of their buttons. */
export async function listProvidersAt(db: Db, domainId: string): Promise<IdentityProvider[]> {
  const ordered = providersAt(db, domainId).orderBy('buttonOrder').orderBy('createdAt').orderBy('id');
  const rows = await ordered.execute();
  return rows.map(fromRow);
}

export async function insertProvider(db: Db, provider: IdentityProvider, metadataXml: string): Promise<void> {
  await db
    .insertInto('identityProviders')
    .values({ ...toRow(provider), metadataXml })
    .execute();
}

/**
 * Updates the fields of the Edit screen, but not `enabled`: saving settings must not enable what was disabled meanwhile, nor bring back
 * metadata that was refreshed meanwhile.
 */
export async function writeProviderSettings(db: Db, provider: IdentityProvider): Promise<void> {
  const { name, showButton, buttonOrder, settingsJson } = toRow(provider);
  await db
    .updateTable('identityProviders')
    .set({ name, showButton, buttonOrder, settingsJson })
    .where('id', '=', provider.id)
    .execute();
}

/** Writes how a provider creates and updates people. */
export async function writePeopleRules(db: Db, id: string, rules: PeopleRules): Promise<void> {
  const peopleJson = JSON.stringify(rules);
  await db.updateTable('identityProviders').set({ peopleJson }).where('id', '=', id).execute();
}

/** Returns the metadata document of a provider. */
export async function readMetadataXml(db: Db, id: string): Promise<string> {
  const found = db.selectFrom('identityProviders').select('metadataXml').where('id', '=', id);
  return (await found.executeTakeFirstOrThrow()).metadataXml;
}

/** Updates the metadata of a provider: the parts in use, the document, its URL, and the time. */
export async function writeProviderMetadata(db: Db, provider: IdentityProvider, metadataXml: string): Promise<void> {
  const { metadataJson, metadataUrl, importedAt } = toRow(provider);
  await db
    .updateTable('identityProviders')
    .set({ metadataJson, metadataXml, metadataUrl, importedAt })
    .where('id', '=', provider.id)
    .execute();
}

export async function writeProviderEnabled(db: Db, id: string, enabled: boolean): Promise<void> {
  await db
    .updateTable('identityProviders')
    .set({ enabled: enabled ? 1 : 0 })
    .where('id', '=', id)
    .execute();
}

export async function deleteProvider(db: Db, id: string): Promise<void> {
  await db.deleteFrom('identityProviders').where('id', '=', id).execute();
}

function providersAt(db: Db, domainId: string) {
  return db
    .selectFrom('identityProviders')
    .innerJoin('providerDomains', 'providerDomains.providerId', 'identityProviders.id')
    .select(columns.map((name) => `identityProviders.${name}` as const))
    .where('providerDomains.domainId', '=', domainId);
}

function fromRow(row: Omit<IdentityProviderRow, 'metadataXml'>): IdentityProvider {
  const { settingsJson, metadataJson, peopleJson, ...rest } = row;
  return {
    ...rest,
    enabled: row.enabled === 1,
    showButton: row.showButton === 1,
    settings: { ...addedSettings, ...JSON.parse(settingsJson) },
    facts: JSON.parse(metadataJson),
    ...(peopleJson !== null && { people: JSON.parse(peopleJson) }),
  };
}

function toRow(provider: IdentityProvider): Omit<IdentityProviderRow, 'metadataXml'> {
  const { settings, facts, people, ...rest } = provider;
  return {
    ...rest,
    enabled: provider.enabled ? 1 : 0,
    showButton: provider.showButton ? 1 : 0,
    settingsJson: JSON.stringify(settings),
    metadataJson: JSON.stringify(facts),
    peopleJson: people === undefined ? null : JSON.stringify(people),
  };
}
