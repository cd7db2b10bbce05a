import type { Store } from '../../../../src/db/open.ts';
import { setUpDomain } from '../../../../src/federation/domains.ts';
import { confirmImport, previewMetadata } from '../../../../src/federation/importMetadata.ts';
import { listDomains } from '../../../../src/store/domains.ts';
import { writeSession } from '../../../../src/store/sessions.ts';
import { fixture } from '../../../federation/metadata/fixtures.ts';
import { type Anteroom, addPerson, startAnteroom } from '../../../support/anteroom.ts';
import { type Client, logInLocally } from '../../../support/client.ts';
import { aSession } from '../../../support/rows.ts';

export const SAML = '/settings/security/saml';

export type SamlSettings = Anteroom & {
  client: Client; // of a Power User
  domainId: string; // of the first domain
  domain: string; // its path
  providers: string; // the path of its Identity Providers
};

/** Starts Anteroom with a Power User who is logged in. */
export async function openSamlSettings(options: { store?: Store } = {}): Promise<SamlSettings> {
  const anteroom = await startAnteroom(options);
  await addPerson(anteroom.deps, { userName: 'maya.koch', userType: 'Power User' });
  const client = await logInLocally(anteroom);
  const domainId = (await listDomains(anteroom.deps.store.db))[0]?.id ?? '';
  const domain = `${SAML}/domains/${domainId}`;
  return { ...anteroom, client, domainId, domain, providers: `${domain}/identity-providers` };
}

/** Sets the first domain up and imports Okta. Returns the provider's ID. */
export async function importOkta({ deps, domainId }: SamlSettings): Promise<string> {
  await setUpDomain(deps, domainId);
  const preview = await previewMetadata(deps, { xml: fixture('okta') });
  if (!preview.ok) throw new Error(JSON.stringify(preview.errors));
  return (await confirmImport(deps, preview.value.id)).id;
}

/** Logs a person in at a domain, with a provider if one is given. */
export async function startSession(
  { deps }: SamlSettings,
  ids: { domainId: string; providerId?: string },
): Promise<void> {
  const { id } = await addPerson(deps, { userName: 'anna.berg' });
  await writeSession(deps.store.db, aSession(id, { ...ids, expiresAt: deps.now() + 1_000 }));
}
