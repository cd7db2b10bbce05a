import type { Deps } from '../deps.ts';
import { listDomains } from '../store/domains.ts';
import { listProviders } from '../store/identityProviders.ts';
import { deleteSessions, listSessions, type OpenSession, type SessionFilter } from '../store/sessions.ts';
import { findUsersById, type User } from '../store/users.ts';
import { recordEndedSessions } from './recordSessions.ts';

const PER_DELETION = 500;

/** A session with the names behind its IDs. A provider or domain that was removed has none. */
export type ShownSession = OpenSession & {
  person: User | undefined;
  provider: string | undefined;
  host: string | undefined;
};

/**
 * Ends all sessions that match, except those that start meanwhile. In parts, between which others are served: one that is ended is ended on
 * every server. Returns how many there were.
 */
export async function endSessions(deps: Deps, filter: SessionFilter): Promise<number> {
  const { store, now } = deps;
  const until = now();
  let [ended, some] = [0, PER_DELETION];
  while (some === PER_DELETION) {
    some = await store.db.transaction().execute(async (trx) => {
      const owners = await deleteSessions(trx, filter, { until, now: now() }, PER_DELETION);
      await recordEndedSessions(trx, deps, owners, filter);
      return owners.length;
    });
    ended += some;
  }
  return ended;
}

/** Lists sessions with names, the newest login first. `next` is where the next page starts, undefined on the last one. */
export async function listOpenSessions(
  { store, now }: Deps,
  filter: SessionFilter,
  { before, limit }: { before?: string | undefined; limit: number },
): Promise<{ rows: ShownSession[]; next: string | undefined }> {
  const { db } = store;
  const found = await listSessions(db, filter, now(), { before, limit: limit + 1 });
  const sessions = found.slice(0, limit);
  const people = await findUsersById(db, [...new Set(sessions.map(({ userId }) => userId))]);
  const providers = new Map((await listProviders(db)).map(({ id, name }) => [id, name]));
  const hosts = new Map((await listDomains(db)).map(({ id, url }) => [id, new URL(url).host]));
  const rows = sessions.map((session) => ({
    ...session,
    person: people.get(session.userId),
    provider: providers.get(session.providerId ?? ''),
    host: hosts.get(session.domainId ?? ''),
  }));
  return { rows, next: found.length > limit ? sessions.at(-1)?.id : undefined };
}
