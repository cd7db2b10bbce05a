import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { recordChange } from '../audit/record.ts';
import type { Db } from '../db/open.ts';
import type { Deps } from '../deps.ts';
import { type Checked, fieldErrors, invalid, NotFound } from '../errors.ts';
import { line } from '../formText.ts';
import { newId } from '../identifier.ts';
import { isNetwork } from '../network.ts';
import { caseKey } from '../store/caseKey.ts';
import {
  expireSourceTokens,
  findSource,
  insertSource,
  listSources,
  listSourceTokens,
  type ProfileSource,
  type Refusals,
  type SourceRights,
  updateSource,
} from '../store/profileSources.ts';
import { deleteNotices, hideNotice } from '../store/sourceNotices.ts';
import { recordReplacedTokens, recordSource } from './recordSource.ts';
import { logIntegration } from './scimLog.ts';
import { createToken } from './tokens.ts';

const TAKEN = 'This name is already taken by another source.';

const network = z.string().trim().refine(isNetwork, 'Enter networks such as 192.0.2.0/24, one on each line.');

const schema = z.object({
  name: line(100).min(1, 'Enter a name, such as JumpCloud.'),
  active: z.boolean().default(true),
  logBodies: z.boolean().default(false),
  readOnly: z.boolean().default(false),
  patchResponse: z.enum(['resource', 'none'], 'Select one of the two.').default('resource'),
  networks: z.array(network).max(50, 'Use at most 50 networks.').default([]),
  mayGrantPowerUser: z.boolean().default(false),
  maySetPasswords: z.boolean().default(true),
  mayTakeOver: z.boolean().default(true),
  refuseUnknownAttributes: z.boolean().default(false),
  refuseUnknownMembers: z.boolean().default(false),
});

/** The settings of a source, as a Power User enters them. */
export type SourceInput = z.input<typeof schema>;

/** What is shown once: the Client ID and the token, of which only the hash is stored. */
export type ShownKey = { source: ProfileSource; clientId: string; token: string };

/** Returns the source with an ID. @throws NotFound */
export async function getSource({ store }: Pick<Deps, 'store'>, id: string): Promise<ProfileSource> {
  return getSourceIn(store.db, id);
}

/** Returns the rights of a source. */
export function rightsOf({ mayGrantPowerUser, maySetPasswords, mayTakeOver }: ProfileSource): SourceRights {
  return { mayGrantPowerUser, maySetPasswords, mayTakeOver };
}

/** Returns what requests of a source are refused for. */
export function refusalsOf({ refuseUnknownAttributes, refuseUnknownMembers }: ProfileSource): Refusals {
  return { refuseUnknownAttributes, refuseUnknownMembers };
}

/** Adds a source with its first token ("Generate Key"). @param expiresAt when the token expires, epoch milliseconds */
export async function addSource(
  deps: Deps,
  input: SourceInput,
  expiresAt: number | null = null,
): Promise<Checked<ShownKey>> {
  const parsed = schema.safeParse(input);
  if (!parsed.success) return invalid(fieldErrors(parsed.error));
  const [id, now] = [newId(deps), deps.now()];
  const source: ProfileSource = {
    id,
    ...parsed.data,
    lastCallAt: null,
    createdAt: now,
    modifiedAt: now,
    ownership: ' ',
    mappingJson: '[]',
  };
  return deps.store.db.transaction().execute(async (trx) => {
    if (await isTaken(trx, source)) return invalid({ name: TAKEN });
    await insertSource(trx, source);
    await recordSource(trx, deps, undefined, source);
    const token = await createToken(trx, deps, source, expiresAt);
    await logIntegration(trx, deps, source, 'idm_integration_activate', 'The source was added.');
    return { ok: true, value: { source, clientId: id, token } };
  });
}

/** Changes the settings that are given. Nothing is written or logged if they are the same. @throws NotFound */
export async function changeSource(
  deps: Deps,
  id: string,
  input: Partial<SourceInput>,
): Promise<Checked<ProfileSource>> {
  return deps.store.db.transaction().execute(async (trx) => {
    const before = await getSourceIn(trx, id);
    const parsed = schema.safeParse({ ...before, ...input });
    if (!parsed.success) return invalid(fieldErrors(parsed.error));
    const source = { ...before, ...parsed.data };
    if (await isTaken(trx, source)) return invalid({ name: TAKEN });
    return { ok: true, value: await writeChanges(trx, deps, before, source) };
  });
}

/** Enables a source, or disables it: all its requests are then refused. Its people and groups stay as they are. @throws NotFound */
export async function setSourceActive(deps: Deps, id: string, active: boolean): Promise<ProfileSource> {
  return deps.store.db.transaction().execute(async (trx) => {
    const before = await getSourceIn(trx, id);
    return writeChanges(trx, deps, before, { ...before, active });
  });
}

/**
 * Gives a source a new token. Its other tokens expire at once, or at `overlapUntil`, so that the client can be changed over.
 * @throws NotFound
 */
export async function rotateToken(
  deps: Deps,
  id: string,
  { overlapUntil, expiresAt = null }: { overlapUntil?: number | undefined; expiresAt?: number | null } = {},
): Promise<ShownKey> {
  const now = deps.now();
  return deps.store.db.transaction().execute(async (trx) => {
    const source = await getSourceIn(trx, id);
    const until = Math.max(overlapUntil ?? now, now);
    await recordReplacedTokens(trx, deps, source, await listSourceTokens(trx, id), until);
    await expireSourceTokens(trx, id, until, now);
    const token = await createToken(trx, deps, source, expiresAt);
    await logIntegration(trx, deps, source, 'idm_integration_reauth', 'A new token was created.');
    return { source, clientId: id, token };
  });
}

/** Dismisses a notice about a source, until the rights or refusals of the source change. @throws NotFound */
export async function dismissNotice(deps: Deps, id: string, kind: string): Promise<void> {
  await deps.store.db.transaction().execute(async (trx) => {
    const { name } = await getSourceIn(trx, id);
    const changes = [{ name: 'notice', before: kind }];
    if (await hideNotice(trx, id, kind))
      await recordChange(trx, deps, 'source.notice_dismissed', { kind: 'source', id, name }, changes);
  });
}

async function writeChanges(db: Db, deps: Deps, before: ProfileSource, changed: ProfileSource): Promise<ProfileSource> {
  if (isDeepStrictEqual(before, changed)) return before;
  const source = { ...changed, modifiedAt: deps.now() };
  await updateSource(db, source);
  await recordSource(db, deps, before, source);
  const decisionsOf = (of: ProfileSource) => ({ ...rightsOf(of), ...refusalsOf(of) });
  if (!isDeepStrictEqual(decisionsOf(before), decisionsOf(changed))) await deleteNotices(db, source.id);
  if (!isDeepStrictEqual({ ...before, active: changed.active }, changed))
    await logIntegration(db, deps, source, 'idm_integration_update', 'The settings were changed.');
  if (before.active !== source.active) {
    const [event, what] = source.active ? ['activate', 'enabled'] : ['delete', 'disabled'];
    await logIntegration(db, deps, source, `idm_integration_${event}`, `The source was ${what}.`);
  }
  return source;
}

/** Returns the source with an ID, within a transaction. @throws NotFound */
export async function getSourceIn(db: Db, id: string): Promise<ProfileSource> {
  const source = await findSource(db, id);
  if (!source) throw new NotFound('This profile source does not exist.');
  return source;
}

/** Whether another source has this name, in any case: they could not be told apart in lists. */
async function isTaken(db: Db, { id, name }: ProfileSource): Promise<boolean> {
  const sources = await listSources(db);
  return sources.some((source) => source.id !== id && caseKey(source.name) === caseKey(name));
}
