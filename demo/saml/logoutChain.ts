/** An application that is asked to end a person's session. */
export type Participant = {
  applicationId: string;
  label: string;
  nameId: string;
  state: 'waiting' | 'sent' | 'done' | 'failed';
  requestId: string;
};

/** A logout of the User Console on its way through the applications, one after the other. */
export type LogoutChain = { id: string; sessionIndex: string; startedAt: number; participants: Participant[] };

export type LogoutChains = {
  add: (chain: Omit<LogoutChain, 'id'>) => LogoutChain;
  find: (id: string, now: number) => LogoutChain | undefined;
};

const lifetimeMs = 10 * 60 * 1000;
const maxChains = 10_000;

/** Keeps logouts in memory, for ten minutes at most. */
export function createLogoutChains(randomBytes: (size: number) => Buffer): LogoutChains {
  const chains = new Map<string, LogoutChain>();
  return {
    add(chain) {
      const added = { id: randomBytes(18).toString('base64url'), ...chain };
      chains.set(added.id, added);
      const [oldest] = chains.keys();
      if (chains.size > maxChains && oldest) chains.delete(oldest);
      return added;
    },
    find(id, now) {
      const found = chains.get(id);
      return found && now - found.startedAt < lifetimeMs ? found : undefined;
    },
  };
}
