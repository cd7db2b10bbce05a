import type { Deps } from '../deps.ts';
import { placeholder } from '../directory/templates.ts';
import type { Application } from '../directory/types.ts';
import { recordEvent } from './insights.ts';
import { createResource, listResources } from './resources.ts';
import { callScim, type ScimConnection, ScimError } from './scimClient.ts';
import { patchBody } from './userAttributes.ts';

export type Outcome = { ok: true } | { ok: false; message: string };

/** The base URL without its trailing slash, or what is wrong with it. */
export function checkBaseUrl(text: string): { ok: true; baseUrl: string } | { ok: false; message: string } {
  if (text.includes(placeholder))
    return { ok: false, message: `Replace ${placeholder} with the address of the application.` };
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    return { ok: false, message: 'Enter the SCIM URL of the application, which begins with https:// or http://.' };
  return { ok: true, baseUrl: text.replace(/\/+$/, '') };
}

/** Verifies the connection, and from then on sends people (and groups, if so chosen) over it. */
export async function activateConnection(
  deps: Deps,
  application: Application,
  settings: ScimConnection & { manageGroups: boolean },
): Promise<Outcome> {
  const outcome = await verifyConnection(deps, settings);
  if (outcome.ok) application.identityManagement = { ...settings, active: true, people: {}, groups: {} };
  record(deps, application, 'idm_integration_activate', outcome, settings.baseUrl);
  return outcome;
}

/** Changes the token of a connection that is active, once the new one has been verified. */
export async function replaceToken(deps: Deps, application: Application, token: string): Promise<Outcome> {
  const { baseUrl } = application.identityManagement;
  const outcome = await verifyConnection(deps, { baseUrl, token });
  if (outcome.ok) application.identityManagement.token = token;
  record(deps, application, 'idm_integration_reauth', outcome, baseUrl);
  return outcome;
}

/** Turns the management of groups on or off. Off, the application's groups are left as they are. */
export function setManageGroups(deps: Deps, application: Application, manageGroups: boolean): void {
  application.identityManagement.manageGroups = manageGroups;
  const detail = `Management of groups ${manageGroups ? 'on' : 'off'}`;
  if (application.identityManagement.active) record(deps, application, 'idm_integration_update', { ok: true }, detail);
  else deps.save();
}

/** Ends the connection and forgets its token. What the application holds stays as it is. */
export function deactivateConnection(deps: Deps, application: Application): void {
  const { baseUrl, manageGroups } = application.identityManagement;
  application.identityManagement = { active: false, baseUrl, token: '', manageGroups, people: {}, groups: {} };
  record(deps, application, 'idm_integration_delete', { ok: true }, baseUrl);
}

/** Lists users and groups, then makes a test user and a test group, changes them, and deletes both. */
async function verifyConnection(deps: Deps, connection: ScimConnection): Promise<Outcome> {
  const made: string[] = [];
  try {
    await listResources(connection, 'Users', new URLSearchParams({ startIndex: '1', count: '1' }));
    await listResources(connection, 'Groups', new URLSearchParams({ startIndex: '1', count: '1' }));
    await tryResources(deps, connection, made);
    return { ok: true };
  } catch (error) {
    if (!(error instanceof ScimError)) throw error;
    return { ok: false, message: error.message };
  } finally {
    for (const path of made) await callScim(connection, 'DELETE', path).catch(() => undefined);
  }
}

/** @param made paths of what exists at the moment, so that nothing is left behind */
async function tryResources(deps: Deps, connection: ScimConnection, made: string[]): Promise<void> {
  const name = `cloud-directory-test-${deps.randomBytes(6).toString('hex')}`;
  const userId = await createResource(connection, 'Users', testUser(name));
  made.unshift(`/Users/${encodeURIComponent(userId)}`);
  const changed = patchBody([{ op: 'replace', path: 'name.givenName', value: 'Changed' }]);
  await callScim(connection, 'PATCH', made[0] ?? '', changed);
  const group = {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
    displayName: name,
    members: [{ value: userId }],
  };
  made.unshift(`/Groups/${encodeURIComponent(await createResource(connection, 'Groups', group))}`);
  const renamed = patchBody([{ op: 'replace', path: 'displayName', value: `${name}-renamed` }]);
  await callScim(connection, 'PATCH', made[0] ?? '', renamed);
  for (const path of [...made]) {
    await callScim(connection, 'DELETE', path);
    made.shift();
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
