import { findPerson } from '../directory/people.ts';
import type { Person, State } from '../directory/types.ts';

/** One log-in of a person at the provider, and the applications that were told about it. */
export type SignIn = { sessionIndex: string; personId: string; authnInstant: number; applicationIds: Set<string> };

export type SignIns = {
  /** Starts a session of the provider for a person who has just logged in. `now`: epoch milliseconds. */
  start: (personId: string, now: number) => SignIn;
  /** The session of this index with its person, while the person is active. */
  find: (state: State, sessionIndex: string | undefined) => { signIn: SignIn; person: Person } | undefined;
  /** Ends the session of this index. */
  end: (sessionIndex: string) => void;
  /** The sessions of a person that this application was told about. */
  ofApplication: (personId: string, applicationId: string) => SignIn[];
};

/** The provider's own sessions, in memory: a restart ends them all. */
export function createSignIns(randomBytes: (size: number) => Buffer): SignIns {
  const signIns = new Map<string, SignIn>();
  return {
    start(personId, now) {
      const sessionIndex = `_${randomBytes(16).toString('hex')}`;
      const signIn = { sessionIndex, personId, authnInstant: now, applicationIds: new Set<string>() };
      signIns.set(sessionIndex, signIn);
      return signIn;
    },
    find(state, sessionIndex = '') {
      const signIn = signIns.get(sessionIndex);
      const person = signIn && findPerson(state, signIn.personId);
      return signIn && person?.active ? { signIn, person } : undefined;
    },
    end: (sessionIndex) => signIns.delete(sessionIndex),
    ofApplication: (personId, applicationId) =>
      [...signIns.values()].filter((one) => one.personId === personId && one.applicationIds.has(applicationId)),
  };
}
