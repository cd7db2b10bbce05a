import { findPerson } from '../directory/people.ts';
import type { Person, State } from '../directory/types.ts';

/** A person's login at the provider, and the applications that received a SAML response for it. */
export type Login = { sessionIndex: string; personId: string; authnInstant: number; applicationIds: Set<string> };

export type Logins = {
  /** Starts a provider session for a person who just logged in. `now`: epoch milliseconds. */
  start: (personId: string, now: number) => Login;
  /** Returns the session with this index and its person, or undefined if the person is not active. */
  find: (state: State, sessionIndex: string | undefined) => { login: Login; person: Person } | undefined;
  /** Ends the session with this index. */
  end: (sessionIndex: string) => void;
  /** Returns the person's sessions that this application received a SAML response for. */
  ofApplication: (personId: string, applicationId: string) => Login[];
};

/** Keeps the provider's sessions in memory: a restart ends them all. */
export function createLogins(randomBytes: (size: number) => Buffer): Logins {
  const logins = new Map<string, Login>();
  return {
    start(personId, now) {
      const sessionIndex = `_${randomBytes(16).toString('hex')}`;
      const login = { sessionIndex, personId, authnInstant: now, applicationIds: new Set<string>() };
      logins.set(sessionIndex, login);
      return login;
    },
    find(state, sessionIndex = '') {
      const login = logins.get(sessionIndex);
      const person = login && findPerson(state, login.personId);
      return login && person?.active ? { login, person } : undefined;
    },
    end: (sessionIndex) => logins.delete(sessionIndex),
    ofApplication: (personId, applicationId) =>
      [...logins.values()].filter((one) => one.personId === personId && one.applicationIds.has(applicationId)),
  };
}
