import type { Deps } from '../deps.ts';
import type { Application, Person } from '../directory/types.ts';
import { type EventName, recordEvent } from './insights.ts';
import type { UserStep } from './plan.ts';
import { createResource, findResource, type Resource } from './resources.ts';
import { callScim, ScimError } from './scimClient.ts';
import { changedAttributes, type Operation, patchBody, userAttributes, userResource } from './userAttributes.ts';

/** Runs one step. State changes only after the server confirmed it, and every step is recorded as an event. */
export async function provisionUser(
  deps: Deps,
  application: Application,
  step: UserStep,
  passwords: Map<string, string>,
): Promise<boolean> {
  if (step.kind === 'provision') return provision(deps, application, step.person, passwords.get(step.person.id));
  if (step.kind === 'update') return update(deps, application, step.person, step.operations, passwords);
  return step.kind === 'deprovision'
    ? deprovision(deps, application, step.personId)
    : remove(deps, application, step.personId);
}

/** Looks the person up by user name, then updates or creates them. */
async function provision(
  deps: Deps,
  application: Application,
  person: Person,
  password: string | undefined,
): Promise<boolean> {
  const connection = application.identityManagement;
  let found: Resource | undefined;
  try {
    found = await findResource(connection, 'Users', 'userName', person.username);
  } catch (error) {
    return failed(deps, application, 'user_lookup_provision', person.username, error);
  }
  const attributes = userAttributes(person);
  const operations: Operation[] = [
    ...changedAttributes({}, attributes),
    { op: 'replace', path: 'active', value: true },
  ];
  const existing = found?.id;
  return existing
    ? attempt(deps, application, 'user_update_provision', person.username, operations, async () => {
        await callScim(connection, 'PATCH', `/Users/${encodeURIComponent(existing)}`, patchBody(operations));
        connection.people[person.id] = { remoteId: existing, active: true, attributes };
      })
    : attempt(deps, application, 'user_create_provision', person.username, attributes, async () => {
        const remoteId = await createResource(connection, 'Users', userResource(attributes, password));
        connection.people[person.id] = { remoteId, active: true, attributes };
      });
}

/** Sends the changes. A person who was deleted at the application is provisioned again. */
async function update(
  deps: Deps,
  application: Application,
  person: Person,
  operations: Operation[],
  passwords: Map<string, string>,
): Promise<boolean> {
  const connection = application.identityManagement;
  const sent = connection.people[person.id];
  if (!sent) return false;
  const path = `/Users/${encodeURIComponent(sent.remoteId)}`;
  let gone = false;
  const done = await attempt(deps, application, 'user_update_provision', person.username, operations, async () => {
    gone = await isGone(callScim(connection, 'PATCH', path, patchBody(operations)));
    if (gone) throw new ScimError('404: the user no longer exists and will be created again.', 404);
    connection.people[person.id] = { ...sent, active: true, attributes: userAttributes(person) };
  });
  if (!gone) return done;
  forget(application, person.id);
  return provision(deps, application, person, passwords.get(person.id));
}

/** Forgets that a person was sent, also as a member, so that their memberships are sent again. */
function forget(application: Application, personId: string): void {
  const { people, groups } = application.identityManagement;
  delete people[personId];
  for (const group of Object.values(groups)) group.members = group.members.filter((id) => id !== personId);
}

async function deprovision(deps: Deps, application: Application, personId: string): Promise<boolean> {
  const connection = application.identityManagement;
  const sent = connection.people[personId];
  if (!sent) return false;
  const operations: Operation[] = [{ op: 'replace', path: 'active', value: false }];
  return attempt(deps, application, 'user_deprovision', nameOf(sent), operations, async () => {
    const path = `/Users/${encodeURIComponent(sent.remoteId)}`;
    if (await isGone(callScim(connection, 'PATCH', path, patchBody(operations)))) delete connection.people[personId];
    else sent.active = false;
  });
}

async function remove(deps: Deps, application: Application, personId: string): Promise<boolean> {
  const connection = application.identityManagement;
  const sent = connection.people[personId];
  if (!sent) return false;
  return attempt(deps, application, 'user_delete_provision', nameOf(sent), undefined, async () => {
    await isGone(callScim(connection, 'DELETE', `/Users/${encodeURIComponent(sent.remoteId)}`));
    delete connection.people[personId];
  });
}

/** Runs a call and records it as an event with the request, secrets masked. */
export async function attempt(
  deps: Deps,
  application: Application,
  name: EventName,
  subject: string,
  sent: unknown,
  call: () => Promise<void>,
): Promise<boolean> {
  try {
    await call();
  } catch (error) {
    return failed(deps, application, name, subject, error);
  }
  recordEvent(deps, application, name, { success: true, subject, detail: describe(sent) });
  return true;
}

/** Returns whether the call failed with 404. Throws any other error. */
export async function isGone(call: Promise<unknown>): Promise<boolean> {
  try {
    await call;
    return false;
  } catch (error) {
    if (error instanceof ScimError && error.status === 404) return true;
    throw error;
  }
}

function failed(deps: Deps, application: Application, name: EventName, subject: string, error: unknown): boolean {
  if (!(error instanceof ScimError)) throw error;
  recordEvent(deps, application, name, { success: false, subject, detail: error.message });
  return false;
}

function describe(sent: unknown): string {
  if (sent === undefined) return '';
  if (!Array.isArray(sent)) return JSON.stringify(sent, undefined, 2);
  const masked = (sent as Operation[]).map((one) => (one.path === 'password' ? { ...one, value: '***' } : one));
  return masked.map((one) => JSON.stringify(one)).join('\n');
}

function nameOf(sent: { remoteId: string; attributes: Record<string, string> }): string {
  return sent.attributes.userName ?? sent.remoteId;
}
