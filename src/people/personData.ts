import {
  erasePersonEntries,
  findPersonEntries,
  type PersonEntry,
  partiesOf,
  shownToPerson,
  withoutOthers,
} from '../audit/personEntries.ts';
import { recordChange } from '../audit/record.ts';
import type { Db } from '../db/open.ts';
import type { Deps } from '../deps.ts';
import { Conflict } from '../errors.ts';
import { caseKey } from '../store/caseKey.ts';
import { findGroupsOfUsers } from '../store/groups.ts';
import { deleteJobItems, findItemsWith, findJob } from '../store/jobs.ts';
import { eraseFromActivity, type LoginActivity } from '../store/loginActivity.ts';
import { deleteMessagesOf } from '../store/loginMessages.ts';
import { listLoginActivity } from '../store/loginSearch.ts';
import { eraseFromScimLog, findScimLogWith, type ScimLogEntry } from '../store/scimLog.ts';
import { countRecoveryCodes, findAuthenticatorApp, listPasskeys } from '../store/secondFactors.ts';
import { eraseRecipients, findMailsTo } from '../store/sentMails.ts';
import { listSessions } from '../store/sessions.ts';
import { emailsOf, findUser, findUsersById, type User } from '../store/users.ts';
import { deleteDeliveries, findDeliveriesWith } from '../store/webhookDeliveries.ts';

const AT_ONCE = 500;
const MOST_SESSIONS = 1_000;

/** Where data about people is, for each table; a test fails if a table is missing. */
export const personalData = {
  directory: [
    'users',
    'userEmails',
    'userTokens',
    'userNames',
    'groupMembers',
    'passwordLinks',
    'authenticatorApps',
    'passkeys',
    'recoveryCodes',
  ],
  sessions: ['sessions', 'pendingLogins', 'secondSteps'],
  logs: ['loginActivity', 'loginMessages', 'scimLog', 'webhookDeliveries', 'jobItems', 'sentMails', 'auditEntries'],
} as const;

/** Returns all that is stored about a person, for the person to read, and records that it was read. Secrets are left out. */
export async function exportPerson(deps: Deps, user: User) {
  const { db } = deps.store;
  const mentions = await findMentions(deps, user);
  const sessions = await listSessions(db, { userIds: [user.id] }, deps.now(), { limit: MOST_SESSIONS });
  await recordChange(db, deps, 'person.exported', { kind: 'person', id: user.id, name: user.userName });
  return {
    person: user,
    groups: (await findGroupsOfUsers(db, [user.id])).map(({ id, displayName }) => ({ id, displayName })),
    secondFactors: await secondFactorsOf(db, user.id),
    sessions: sessions.map(({ id: _, ...session }) => session),
    // A name of the person may be the address that someone else logs in with, or did.
    logins: mentions.logins.filter(({ userId }) => userId === null || userId === user.id),
    // What is not about the person alone names others.
    scimRequests: mentions.scimRequests.map((entry) => (entry.resourceId === user.id ? entry : withoutContent(entry))),
    webhookEvents: mentions.events.map(({ type, at, body }) =>
      /^(person|login)\./.test(type) ? { type, at, message: JSON.parse(body) } : { type, at },
    ),
    mails: mentions.mails,
    importsAndBulkChanges: mentions.items,
    auditEntries: mentions.entries.map((entry) => shownToPerson(entry, user)),
  };
}

async function secondFactorsOf(db: Db, userId: string) {
  const app = await findAuthenticatorApp(db, userId);
  const passkeys = await listPasskeys(db, userId);
  return {
    authenticatorApp: app ? { createdAt: app.createdAt, lastUsedAt: app.lastUsedAt } : null,
    passkeys: passkeys.map(({ name, rpId, createdAt, lastUsedAt }) => ({ name, host: rpId, createdAt, lastUsedAt })),
    recoveryCodes: await countRecoveryCodes(db, userId),
  };
}

/**
 * Takes a person who was deleted out of all logs. What is counted stays: outcomes, reasons and times. Events that still wait for a webhook are
 * sent first. Does it again with the same result if it was interrupted.
 * @throws Conflict while the person is in the directory
 */
export async function erasePerson(deps: Deps, user: User): Promise<Erased> {
  const { db } = deps.store;
  if (await findUser(db, user.id)) throw new Conflict('Delete the person first.');
  const { logins: named, scimRequests, events, mails, items, entries: naming } = await findMentions(deps, user);
  const others = await findUsersById(db, [...new Set(named.map(({ userId }) => userId ?? ''))]); // who share an address with the person
  const logins = named.filter(({ userId }) => !others.has(userId ?? ''));
  const entries = withoutOthers(naming, await findUsersById(db, partiesOf(naming)));
  await inParts(logins, (ids) => deleteMessagesOf(db, ids));
  await inParts(logins, (ids) => eraseFromActivity(db, ids));
  for (const isGroup of [true, false]) {
    const own = scimRequests.filter(({ resourceType }) => (resourceType === 'Group') === isGroup);
    await inParts(own, (ids) => eraseFromScimLog(db, ids, isGroup));
  }
  const sent = events.filter(({ state }) => state !== 'waiting');
  await inParts(sent, (ids) => deleteDeliveries(db, ids));
  await inParts(mails, (ids) => eraseRecipients(db, ids));
  const ended = await itemsOfEndedJobs(deps, items);
  for (const { jobId, position } of ended) await deleteJobItems(db, jobId, [position]);
  await erasePersonEntries(deps, user.id, entries);
  return {
    logins: logins.length,
    scimRequests: scimRequests.length,
    webhookEvents: sent.length,
    mails: mails.length,
    importsAndBulkChanges: ended.length,
    auditEntries: entries.length,
  };
}

function withoutContent({ id, at, sourceName, method, status, event }: ScimLogEntry) {
  return { id, at, sourceName, method, status, event };
}

/** How many rows of the logs were changed or deleted. */
export type Erased = Record<
  'logins' | 'scimRequests' | 'webhookEvents' | 'mails' | 'importsAndBulkChanges' | 'auditEntries',
  number
>;

type Mentions = {
  logins: LoginActivity[];
  scimRequests: ScimLogEntry[];
  events: Awaited<ReturnType<typeof findDeliveriesWith>>;
  mails: Awaited<ReturnType<typeof findMailsTo>>;
  items: Awaited<ReturnType<typeof findItemsWith>>;
  entries: PersonEntry[];
};

async function findMentions(deps: Deps, user: User): Promise<Mentions> {
  const { db, longRead } = deps.store;
  const addresses = emailsOf(user);
  const names = namesOf(user).map((name) => JSON.stringify(name));
  return {
    logins: await findLogins(deps, user),
    scimRequests: await findScimRequests(deps, user),
    events: await longRead((slice) => findDeliveriesWith(db, `"${user.id}"`, slice)),
    mails: (await Promise.all(addresses.map((address) => findMailsTo(db, address)))).flat(),
    items: await longRead((slice) => findItemsWith(db, names, slice)),
    // The ID of a person who is deleted says nothing: it stays, with the others that are in the same entry.
    entries: await findPersonEntries(deps, { id: user.id, isNamedIn: testFor(loginNamesOf(user)) }),
  };
}

/** Attempts of the person, and those that named them before they were known. */
async function findLogins({ store }: Deps, user: User): Promise<LoginActivity[]> {
  const names = new Set([user.userName, ...emailsOf(user)].map(caseKey));
  const found = new Map<string, LoginActivity>();
  const filters = [
    { userId: user.id },
    ...[...names].map((text) => ({ search: { by: 'name' as const, text, userIds: [] } })),
  ];
  for (const filter of filters)
    for (let before: string | undefined, more = true; more; ) {
      const page = await store.longRead((slice) =>
        listLoginActivity(store.db, filter, { limit: AT_ONCE, before, slice, most: Number.POSITIVE_INFINITY }),
      );
      for (const row of page.rows)
        if (row.userId === user.id || names.has(caseKey(row.asserted ?? ''))) found.set(row.id, row);
      before = page.next;
      more = before !== undefined;
    }
  return [...found.values()];
}

/** Requests about the person, and those that name them. */
async function findScimRequests({ store }: Deps, user: User): Promise<ScimLogEntry[]> {
  const found = await store.longRead((slice) => findScimLogWith(store.db, namesOf(user), slice));
  const isNamed = testFor(namesOf(user));
  const textOf = ({ path, resourceName, detail, body, changes }: ScimLogEntry) =>
    [decoded(path), resourceName, detail, body, JSON.stringify(changes)].join(' ');
  return found.filter((entry) => entry.resourceId === user.id || isNamed(textOf(entry)));
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** Returns what tests whether a text has one of some names as a word of its own, in any case. */
function testFor(names: string[]): (text: string) => boolean {
  if (names.length === 0) return () => false;
  const patterns = names.map((name) => name.toLowerCase().replace(/[\\^$.*+?()[\]{}|-]/g, '\\$&'));
  const whole = new RegExp(`(?<![\\w.@+-])(?:${patterns.join('|')})(?![\\w@+-]|\\.\\w)`);
  return (text) => whole.test(text.toLowerCase());
}

/** What identifies the person in a text. */
function namesOf(user: User): string[] {
  return [user.id, ...loginNamesOf(user)];
}

/** Too short a name would match everything. */
function loginNamesOf(user: User): string[] {
  return [user.userName, ...emailsOf(user)].filter((text) => text.length > 2);
}

/** Items of a job that still runs stay until it has ended: it would add them again. */
async function itemsOfEndedJobs({ store }: Deps, items: Mentions['items']): Promise<Mentions['items']> {
  const ended = new Map<string, boolean>();
  for (const { jobId } of items)
    if (!ended.has(jobId))
      ended.set(jobId, ['done', 'failed'].includes((await findJob(store.db, jobId))?.state ?? 'done'));
  return items.filter(({ jobId }) => ended.get(jobId));
}

async function inParts(rows: { id: string }[], change: (ids: string[]) => Promise<unknown>): Promise<void> {
  for (let start = 0; start < rows.length; start += AT_ONCE)
    await change(rows.slice(start, start + AT_ONCE).map(({ id }) => id));
}
