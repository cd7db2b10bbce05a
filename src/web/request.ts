import type { Request } from 'express';
import type { Proof } from '../login/proof.ts';
import type { SessionLimits } from '../login/sessionLimits.ts';
import { nameOf } from '../people/users.ts';
import type { Domain } from '../store/domains.ts';
import type { User } from '../store/users.ts';
import type { ViewTools } from './render.ts';

/** How a person logged in, as stored in the session, with the limits of the domain at that time. Times are epoch milliseconds. */
export type LoginFacts = SessionLimits & {
  method: 'saml' | 'local';
  domainId: string;
  providerId?: string | undefined;
  nameId?: string | undefined;
  nameIdFormat?: string | undefined;
  nameQualifier?: string | undefined;
  spNameQualifier?: string | undefined;
  sessionIndex?: string | undefined;
  proof?: Proof | undefined; // of a local login; those from before second factors had a password
  mark?: string | undefined; // of a local login: the credentials that it was proven with (login/credentials.ts)
  confirmedAt?: number | undefined; // when the person last proved again who they are
  at: number;
  endsAt: number; // the latest end of the session, even if it is in use
  network: string;
  userAgent: string;
};

/** What all browsers claim for compatibility. */
const IN_EVERY_BROWSER = /Mozilla\/5\.0 |AppleWebKit\/[\d.]+ |\(KHTML, like Gecko\) /g;

/** Returns the address and the browser of a request, as sessions and Login activity store them. */
export function clientOf(req: Request): Pick<LoginFacts, 'network' | 'userAgent'> {
  return {
    network: req.ip ?? '',
    userAgent: (req.get('user-agent') ?? '').replace(IN_EVERY_BROWSER, '').slice(0, 256),
  };
}

/** Returns the name of the person who sends a request, '' if nobody is logged in. */
export function authorOf({ user }: Request): string {
  return user ? nameOf(user) : '';
}

declare global {
  namespace Express {
    interface User extends LoggedInUser {}
    interface Locals extends ViewTools {
      domain: Domain;
    }
  }
}

export type LoggedInUser = User & { login: LoginFacts };

/** A message for the next page. */
export type Flash = { kind: 'success' | 'danger' | 'info'; text: string };

declare module 'express-session' {
  interface SessionData {
    flash?: Flash;
    seen?: number; // when the session row was last written, epoch milliseconds
  }
}
