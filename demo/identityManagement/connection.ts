import type { Deps } from '../deps.ts';
import { placeholder } from '../directory/templates.ts';
import type { Application, IdentityManagement } from '../directory/types.ts';
import { recordEvent } from './insights.ts';
import { createResource, listResources } from './resources.ts';
import { callScim, type ScimConnection, ScimError } from './scimClient.ts';
import { patchBody } from './userAttributes.ts';

export type Outcome = { ok: true } | { ok: false; message: string };

/** Returns the base URL without its trailing slash, or what is wrong with it. */
export function checkBaseUrl(text: string): { ok: true; baseUrl: string } | { ok: false; message: string } {
  if (text.includes(placeholder))
    return { ok: false, message: `Replace ${placeholder} with the address of the application.` };
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    return { ok: false, message: 'Enter the SCIM URL of the application. It starts with https:// or http://.' };
  return { ok: true, baseUrl: text.replace(/\/+$/, '') };
}

/** Verifies the connection and activates it. From then on, people (and groups, if enabled) are provisioned over it. */
export async function activateConnection(
  deps: Deps,
  application: Application,
  settings: ScimConnection & { manageGroups: boolean },
): Promise<Outcome> {
  const outcome = await verifyConnection(deps, settings);
  if (outcome.ok) {
    const remembered = rememberedAt(application.identityManagement, settings.baseUrl);
    application.identityManagement = { ...settings, active: true, ...remembered };
  }
  record(deps, application, 'idm_integration_activate', outcome, settings.baseUrl);
  return outcome;
}

/** Verifies a new token for an active connection, then replaces the old one. */
export async function replaceToken(deps: Deps, application: Application, token: string): Promise<Outcome> {
  const { baseUrl } = application.identityManagement;
  const outcome = await verifyConnection(deps, { baseUrl, token });
  if (outcome.ok) application.identityManagement.token = token;
  record(deps, application, 'idm_integration_reauth', outcome, baseUrl);
  return outcome;
}

/** Turns group management on or off. Turning it off leaves the application's groups as they are. */
export function setManageGroups(deps: Deps, application: Application, manageGroups: boolean): void {
  application.identityManagement.manageGroups = manageGroups;
  const detail = `Group management ${manageGroups ? 'on' : 'off'}`;
  if (application.identityManagement.active) record(deps, application, 'idm_integration_update', { ok: true }, detail);
  else deps.save();
}

/** Deactivates the connection and deletes its token. The application keeps its people and groups. */
export function deactivateConnection(deps: Deps, application: Application): void {
  application.identityManagement = { ...application.identityManagement, active: false, token: '' };
  record(deps, application, 'idm_integration_delete', { ok: true }, application.identityManagement.baseUrl);
}

/**
 * Returns the people and groups that were sent to a base URL before: all are sent again, those who left meanwhile are deactivated, and
 * members who left are removed.
 */
export function rememberedAt(
  { baseUrl, people, groups }: IdentityManagement,
  current: string,
): Pick<IdentityManagement, 'people' | 'groups'> {
  if (baseUrl !== current) return { people: {}, groups: {} };
  const unknown = (attributes: Record<string, string>) =>
    Object.fromEntries(
      Object.keys(attributes).map((path) => [path, path === 'userName' ? (attributes[path] ?? '') : '']),
    );
  const resent = Object.entries(people).map(([id, sent]) => [id, { ...sent, attributes: unknown(sent.attributes) }]);
  const renamed = Object.entries(groups).map(([id, sent]) => [id, { ...sent, name: '' }]);
  return { people: Object.fromEntries(resent), groups: Object.fromEntries(renamed) };
}

/** Lists users and groups, then creates, changes and deletes a test user and a test group. */
async function verifyConnection(deps: Deps, connection: ScimConnection): Promise<Outcome> {
  const created: string[] = [];
  try {
    await listResources(connection, 'Users', new URLSearchParams({ startIndex: '1', count: '1' }));
    await listResources(connection, 'Groups', new URLSearchParams({ startIndex: '1', count: '1' }));
    await tryResources(deps, connection, created);
    return { ok: true };
  } catch (error) {
    if (!(error instanceof ScimError)) throw error;
    return { ok: false, message: error.message };
  } finally {
    for (const path of created) await callScim(connection, 'DELETE', path).catch(() => undefined);
  }
}

/** @param created paths of the resources that currently exist, so that the caller can delete them after a failure */
async function tryResources(deps: Deps, connection: ScimConnection, created: string[]): Promise<void> {
  const name = `cloud-directory-test-${deps.randomBytes(6).toString('hex')}`;
  const userId = await createResource(connection, 'Users', testUser(name));
  created.unshift(`/Users/${encodeURIComponent(userId)}`);
  const changed = patchBody([{ op: 'replace', path: 'name.givenName', value: 'Changed' }]);
  await callScim(connection, 'PATCH', created[0] ?? '', changed);
  const group = {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
    displayName: name,
    members: [{ value: userId }],
  };
  created.unshift(`/Groups/${encodeURIComponent(await createResource(connection, 'Groups', group))}`);
  const renamed = patchBody([{ op: 'replace', path: 'displayName', value: `${name}-renamed` }]);
  await callScim(connection, 'PATCH', created[0] ?? '', renamed);
  for (const path of [...created]) {
    await callScim(connection, 'DELETE', path);
    created.shift();
  }
}

function testUser(name: string): Record<string, unknown> {
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
    userName: name,
    name: { givenName: 'Test', familyName: 'User' },
    emails: [{ value: `${name}@cloud.example`, type: 'work', primary: true }],
    active: true,
  };
}

function record(
  deps: Deps,
  application: Application,
  name: 'idm_integration_activate' | 'idm_integration_reauth' | 'idm_integration_update' | 'idm_integration_delete',
  outcome: Outcome,
  detail: string,
): void {
  const text = outcome.ok ? detail : outcome.message;
  recordEvent(deps, application, name, { success: outcome.ok, subject: application.label, detail: text });
  deps.save();
}
