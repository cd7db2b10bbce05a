import { z } from 'zod';
import type { Db } from '../db/open.ts';
import type { Deps } from '../deps.ts';
import { type Checked, fieldErrors, invalid, NotFound } from '../errors.ts';
import { hashToken, newId, newToken } from '../identifier.ts';
import { isNetwork } from '../network.ts';
import { LAST_POWER_USER, nameOf, releaseFromSource } from '../people/users.ts';
import { releaseGroups } from '../store/groups.ts';
import type { ItemOutcome, Job, JobItem, NewJob } from '../store/jobs.ts';
import {
  countManaged,
  deleteSource,
  endSourceTokens,
  findManagedUserIds,
  findSource,
  insertSource,
  insertSourceToken,
  type ProfileSource,
  updateSource,
} from '../store/profileSources.ts';
import { insertScimLog } from '../store/scimLog.ts';
import { findUsersById } from '../store/users.ts';

const HINT_LENGTH = 4;

const network = z.string().trim().refine(isNetwork, 'Enter networks such as 192.0.2.0/24, one on each line.');

const schema = z.object({
  name: z
    .string()
    .trim()
    .min(1, 'Enter a name, such as JumpCloud.')
    .max(100, 'Use at most 100 characters.')
    .regex(/^\P{Cc}*$/u, 'Control characters are not allowed here.'),
  logBodies: z.boolean().default(false),
  readOnly: z.boolean().default(false),
  patchAnswer: z.enum(['resource', 'none'], 'Choose one of the two.').default('resource'),
  networks: z.array(network).max(50, 'Use at most 50 networks.').default([]),
});

/** What a Power User says of a SCIM source; what is left out of a change stays. */
export type SourceInput = z.input<typeof schema>;

/** What is shown once: the Client ID and the token, which is stored as a hash alone. */
export type ShownKey = { source: ProfileSource; clientId: string; token: string };

/** The source with an ID. @throws NotFound */
export async function getSource({ store }: Deps, id: string): Promise<ProfileSource> {
  return getSourceIn(store.db, id);
}

/** Adds an active SCIM source with its first token ("Generate Key"). @param expiresAt when the token ends, epoch milliseconds */
export async function addSource(
  deps: Deps,
  input: SourceInput,
  expiresAt: number | null = null,
): Promise<Checked<ShownKey>> {
  const parsed = schema.safeParse(input);
  if (!parsed.success) return invalid(fieldErrors(parsed.error));
  const now = deps.now();
  const source: ProfileSource = {
    id: newId(deps),
    ...parsed.data,
    active: true,
    lastCallAt: null,
    createdAt: now,
    modifiedAt: now,
  };
  const token = newToken(deps);
  await deps.store.db.transaction().execute(async (trx) => {
    await insertSource(trx, source);
    await writeToken(trx, deps, source.id, token, expiresAt);
    await logIntegration(trx, deps, source, 'idm_integration_activate', 'The source was added.');
  });
  return { ok: true, value: { source, clientId: source.id, token } };
}

/** Changes what is named of a source. @throws NotFound */
export async function changeSource(
  deps: Deps,
  id: string,
  input: Partial<SourceInput>,
): Promise<Checked<ProfileSource>> {
  return deps.store.db.transaction().execute(async (trx) => {
    const before = await getSourceIn(trx, id);
    const { name, logBodies, readOnly, patchAnswer, networks } = before;
    const parsed = schema.safeParse({ name, logBodies, readOnly, patchAnswer, networks, ...input });
    if (!parsed.success) return invalid(fieldErrors(parsed.error));
    const source = { ...before, ...parsed.data, modifiedAt: deps.now() };
    await updateSource(trx, source);
    await logIntegration(trx, deps, source, 'idm_integration_update', 'The settings were changed.');
    return { ok: true, value: source };
  });
}

/**
 * Gives a source a new token. The tokens it has end at once, or at `overlapUntil`, so that nothing is refused while the client is changed over.
 * @throws NotFound
 */
export async function rotateToken(
  deps: Deps,
  id: string,
  { overlapUntil, expiresAt = null }: { overlapUntil?: number | undefined; expiresAt?: number | null } = {},
): Promise<ShownKey> {
  const token = newToken(deps);
  const now = deps.now();
  const source = await deps.store.db.transaction().execute(async (trx) => {
    const found = await getSourceIn(trx, id);
    await endSourceTokens(trx, id, Math.max(overlapUntil ?? now, now), now);
    await writeToken(trx, deps, id, token, expiresAt);
    await logIntegration(trx, deps, found, 'idm_integration_reauth', 'A new token was made.');
    return found;
  });
  return { source, clientId: id, token };
}

/** Lets a source call, or refuses all its calls. Its people and groups stay as they are. @throws NotFound */
export async function setSourceActive(deps: Deps, id: string, active: boolean): Promise<ProfileSource> {
  return deps.store.db.transaction().execute(async (trx) => {
    const before = await getSourceIn(trx, id);
    if (before.active === active) return before;
    const source = { ...before, active, modifiedAt: deps.now() };
    await updateSource(trx, source);
    const event = active ? 'idm_integration_activate' : 'idm_integration_delete';
    await logIntegration(
      trx,
      deps,
      source,
      event,
      active ? 'The source was activated.' : 'The source was deactivated.',
    );
    return source;
  });
}

/** What removing a source touches. @throws NotFound */
export async function sourceEffects(
  deps: Deps,
  id: string,
): Promise<{ people: number; activePeople: number; groups: number }> {
  await getSource(deps, id);
  return countManaged(deps.store.db, id);
}

/**
 * Deactivates a source, for the job that then removes it with its tokens. Its people are kept as they are or deactivated (with their sessions
 * ended); nobody manages them and its groups from then on.
 * @throws NotFound
 */
export async function sourceRemoval(deps: Deps, id: string, people: 'keep' | 'deactivate'): Promise<NewJob> {
  const { name } = await setSourceActive(deps, id, false);
  const { people: total } = await countManaged(deps.store.db, id);
  return { kind: 'source', input: { id, name, people }, total };
}

/** Returns the next people that a source to be removed still manages. */
export async function nextManaged(db: Db, { input, processed }: Job, limit: number): Promise<JobItem[]> {
  const ids = await findManagedUserIds(db, input.id ?? '', limit);
  return ids.map((item, index) => ({ position: processed + index + 1, item, outcome: null, reason: null }));
}

/** Makes some people of a source to be removed unmanaged, and deactivates them on request. The last Power User stays active. */
export async function releasePeople(db: Db, deps: Deps, items: JobItem[], deactivate: boolean): Promise<ItemOutcome[]> {
  const ids = items.map(({ item }) => String(item));
  const kept = await findUsersById(db, await releaseFromSource(db, deps, ids, { deactivate }));
  return ids.map((id) => {
    const user = kept.get(id);
    return user ? { outcome: 'refused', keep: nameOf(user), reason: LAST_POWER_USER } : { outcome: 'done' };
  });
}

/** Removes a source that manages nobody any more. */
export async function finishRemoval(db: Db, deps: Deps, { input }: Job): Promise<void> {
  const source = await findSource(db, input.id ?? '');
  if (!source) return;
  await releaseGroups(db, source.id);
  await deleteSource(db, source.id);
  await logIntegration(db, deps, source, 'idm_integration_delete', 'The source was removed.');
}

async function getSourceIn(db: Db, id: string): Promise<ProfileSource> {
  const source = await findSource(db, id);
  if (!source) throw new NotFound('There is no such profile source.');
  return source;
}

async function writeToken(
  db: Db,
  deps: Deps,
  sourceId: string,
  token: string,
  expiresAt: number | null,
): Promise<void> {
  const hint = token.slice(-HINT_LENGTH);
  await insertSourceToken(db, { tokenHash: hashToken(token), sourceId, hint, createdAt: deps.now(), expiresAt });
}

async function logIntegration(db: Db, deps: Deps, source: ProfileSource, event: string, detail: string): Promise<void> {
  await insertScimLog(db, [
    {
      id: newId(deps),
      at: deps.now(),
      sourceId: source.id,
      sourceName: source.name,
      network: null,
      method: '',
      path: '',
      status: 200,
      durationMs: 0,
      event,
      resourceType: null,
      resourceId: null,
      resourceName: null,
      changes: [],
      detail,
      body: null,
    },
  ]);
}
