import type { AuthnRequest } from './requests.ts';

/** A login in progress. `request` is undefined if it was started from the tile. */
export type PendingRequest = {
  id: string;
  applicationId: string;
  request: Omit<AuthnRequest, 'issuer' | 'destination' | 'acsUrl'> | undefined;
  relayState: string | undefined;
  receivedAt: number; // epoch milliseconds
};

export type PendingRequests = {
  add: (pending: Omit<PendingRequest, 'id'>) => PendingRequest;
  find: (id: string, now: number) => PendingRequest | undefined;
  remove: (id: string) => void;
};

const lifetimeMs = 10 * 60 * 1000;
const maxPending = 10_000;

/** Keeps requests that wait for a login in memory, for ten minutes at most. */
export function createPendingRequests(randomBytes: (size: number) => Buffer): PendingRequests {
  const waiting = new Map<string, PendingRequest>();
  return {
    add(pending) {
      const added = { id: randomBytes(18).toString('base64url'), ...pending };
      waiting.set(added.id, added);
      const [oldest] = waiting.keys();
      if (waiting.size > maxPending && oldest) waiting.delete(oldest);
      return added;
    },
    find(id, now) {
      const found = waiting.get(id);
      return found && now - found.receivedAt < lifetimeMs ? found : undefined;
    },
    remove: (id) => waiting.delete(id),
  };
}
