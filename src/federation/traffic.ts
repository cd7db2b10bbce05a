import type { Deps } from '../deps.ts';
import { addTraffic, commonNetwork, type LoginTraffic } from '../store/loginTraffic.ts';

/** How often each server writes its counts, in milliseconds. */
export const FLUSH_EVERY_MS = 5_000;

/** The length of a slot, in milliseconds. */
export const SLOT_MS = 10 * 60_000;

/** A provider and the domain at which it is used. */
export type Route = { providerId: string; domainId: string };

/**
 * Logins that were sent to a provider from a domain, of which none came back. `since` is the time of the first, to ten minutes; `from` the
 * network of all, if they came from one.
 */
export type Silence = Route & { sent: number; since: number; from: string | undefined };

/**
 * Login requests sent and responses received that are not written yet, because a login must not wait for its count, and the silences that were
 * found last.
 */
export type Traffic = {
  counts: Map<string, LoginTraffic>;
  silences: { at: number; found: Promise<Silence[]> } | undefined;
};

type TrafficDeps = Pick<Deps, 'traffic' | 'now'>;

/** Returns the state of a process that has counted nothing yet. */
export function openTraffic(): Traffic {
  return { counts: new Map(), silences: undefined };
}

/** Counts a login that was sent to a provider. @param network of the client (clientNetwork) */
export function countSent(deps: TrafficDeps, route: Route, network: string): void {
  const count = countOf(deps, route);
  count.sent += 1;
  count.sentFrom = commonNetwork(count.sentFrom, network);
}

/**
 * Counts a response to a login request, accepted or refused.
 * @param offsetMs how much later it arrived by our clock than it was issued by the provider's, if it is signed
 */
export function countReceived(deps: TrafficDeps, route: Route, offsetMs: number | undefined): void {
  const count = countOf(deps, route);
  count.received += 1;
  // One of those that arrive together is enough for a median.
  if (offsetMs !== undefined && count.offsets === '') count.offsets = ` ${Math.round(offsetMs / 1_000)}`;
}

/** Writes the counts. Those that could not be written are kept for the next time. */
export async function flushTraffic({ traffic, store, log }: Pick<Deps, 'traffic' | 'store' | 'log'>): Promise<void> {
  const { counts } = traffic;
  traffic.counts = new Map();
  try {
    await addTraffic(store.db, [...counts.values()]);
  } catch (error) {
    log.debug({ err: error }, 'login traffic could not be written');
    for (const [key, count] of counts) traffic.counts.set(key, merged(count, traffic.counts.get(key)));
  }
}

function countOf({ traffic, now }: TrafficDeps, { providerId, domainId }: Route): LoginTraffic {
  const slot = Math.floor(now() / SLOT_MS) * SLOT_MS;
  const key = `${slot} ${providerId} ${domainId}`;
  const none = { sent: 0, received: 0, offsets: '', sentFrom: null };
  const count = traffic.counts.get(key) ?? { providerId, domainId, slot, ...none };
  traffic.counts.set(key, count);
  return count;
}

function merged(count: LoginTraffic, later: LoginTraffic | undefined): LoginTraffic {
  if (!later) return count;
  return {
    ...count,
    sent: count.sent + later.sent,
    received: count.received + later.received,
    offsets: count.offsets || later.offsets,
    sentFrom: commonNetwork(count.sentFrom, later.sentFrom),
  };
}
