import type { Login } from '../console/logins.ts';
import type { Deps } from '../deps.ts';
import { findApplication } from '../directory/applications.ts';
import type { Application, Person } from '../directory/types.ts';
import { hasSingleLogout } from './addresses.ts';
import { newMessageId } from './respond.ts';
import { nameIdOf } from './subject.ts';

/** An application that is asked to end a person's session. `unsupported`: it cannot be asked. */
export type Participant = {
  applicationId: string;
  label: string;
  nameId: string;
  sessionIndex: string;
  state: 'waiting' | 'sent' | 'done' | 'failed' | 'unsupported';
  requestId: string;
};

/** The LogoutRequest of an application that started a logout, and waits for a response. */
export type LogoutOrigin = {
  applicationId: string;
  requestId: string;
  relayState: string | undefined;
  binding: 'redirect' | 'post';
};

/** A logout on its way through the applications, one after the other. Without `origin`, it was started at the User Console. */
export type LogoutChain = {
  id: string;
  startedAt: number;
  participants: Participant[];
  origin: LogoutOrigin | undefined;
};

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

/** Returns the applications that a person opened with a login, without the one that asked for the logout. */
export function participantsOf(deps: Deps, person: Person, login: Login, askedBy?: Application): Participant[] {
  const applications = [...login.applicationIds].flatMap((id) => findApplication(deps.state, id) ?? []);
  return applications
    .filter(({ id }) => id !== askedBy?.id)
    .map((application) => ({
      applicationId: application.id,
      label: application.label,
      nameId: nameIdOf(application, person),
      sessionIndex: login.sessionIndex,
      state: hasSingleLogout(application) ? 'waiting' : 'unsupported',
      requestId: newMessageId(deps),
    }));
}
