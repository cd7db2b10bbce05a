import { z } from 'zod';
import { addApplication, bindGroups } from '../directory/applications.ts';
import { findTemplate } from '../directory/templates.ts';
import type { Application } from '../directory/types.ts';
import { activateConnection } from '../identityManagement/connection.ts';
import { synchronize } from '../identityManagement/synchronize.ts';
import type { Provider } from '../provider.ts';
import { addressesOf } from '../saml/addresses.ts';
import type { Anteroom } from './anteroom.ts';

const created = z.object({ id: z.string() });
const setUp = z.object({ certificate: z.string() });
const createdSource = z.object({ token: z.string() });

/**
 * Sets up both sides as the article describes: single sign-on with a button, Default Provider and Auto Login, then Identity Management.
 * @returns why Identity Management could not be connected; single sign-on works without it
 */
export async function connect(provider: Provider, anteroom: Anteroom): Promise<string | undefined> {
  const application = await addIntranet(provider, anteroom);
  await anteroom.run(['domain', 'setup', anteroom.url]);
  const guide = await anteroom.run(['domain', 'guide', anteroom.url, '--provider', 'other', '--json']);
  application.sso.spCertificate = setUp.parse(JSON.parse(guide)).certificate;
  const metadata = addressesOf(provider.deps, application).metadata;
  const printed = await anteroom.run(['idp', 'import', metadata, '--name', 'Cloud Directory', '--button', '--json']);
  const { id } = created.parse(JSON.parse(printed));
  await anteroom.run(['domain', 'set', anteroom.url, '--default', id, '--auto-login', 'on']);
  return connectProvisioning(provider, anteroom, application).then(
    () => undefined,
    (error: unknown) =>
      `Identity Management is not connected: ${error instanceof Error ? error.message : String(error)}`,
  );
}

async function addIntranet(provider: Provider, anteroom: Anteroom): Promise<Application> {
  const { deps, state } = provider;
  const template = findTemplate('anteroom');
  if (!template) throw new Error('There is no template for Anteroom.');
  const label = { label: 'Acme Intranet', description: 'News, people and places', showInPortal: true };
  const application = await addApplication(deps, template, label);
  const addresses = {
    spEntityId: `${anteroom.url}/saml/metadata`,
    acsUrl: `${anteroom.url}/saml/acs`,
    sloUrl: `${anteroom.url}/saml/slo`,
  };
  Object.assign(application.sso, addresses, { status: 'active' });
  const employees = state.groups.filter((group) => group.name === 'Employees');
  bindGroups(
    deps,
    application,
    employees.map((group) => group.id),
  );
  return application;
}

async function connectProvisioning(provider: Provider, anteroom: Anteroom, application: Application): Promise<void> {
  const printed = await anteroom.run(['scim', 'add', 'Cloud Directory', '--log-bodies', '--json']);
  const { token } = createdSource.parse(JSON.parse(printed));
  const settings = { baseUrl: `${anteroom.url}/api/v2/scim/v2`, token, manageGroups: true };
  const outcome = await activateConnection(provider.deps, application, settings);
  if (!outcome.ok) throw new Error(outcome.message);
  const { failed } = await synchronize(provider.deps);
  if (failed) throw new Error(`${failed} changes could not be provisioned: see Directory Insights.`);
}
