import type { Request, RequestHandler, Response } from 'express';
import session, { type SessionData } from 'express-session';
import { Passport } from 'passport';
import type { Deps } from '../deps.ts';
import { hashSessionId, newSessionId } from '../identifier.ts';
import { mayLogIn } from '../people/users.ts';
import { isProviderEnabled } from '../store/identityProviders.ts';
import { deleteSession, findSession, touchSession, updateSession, writeSession } from '../store/sessions.ts';
import { findUser, type User } from '../store/users.ts';
import { readCrossSiteCookie, setCrossSiteCookie } from './cookies.ts';
import type { LoggedInUser, LoginFacts } from './request.ts';

const IDLE_MS = 8 * 3_600_000;
export const LONGEST_MS = 24 * 3_600_000;
const TOUCH_EVERY_MS = 60_000;
const WHO = 'who'; // the cookie that tells the ACS, which never sees the Lax session cookie, whose browser this is

type Serialized = LoginFacts & { userId: string };
type StoredSession = SessionData & { passport?: { user?: Serialized } };

/** Sessions in the database, and the person of the session on each request. */
export function sessions(deps: Deps): RequestHandler[] {
  const options = {
    secret: deps.secrets.sessionKey,
    resave: false,
    saveUninitialized: false,
    genid: () => newSessionId(deps),
  };
  const cookie = { httpOnly: true, sameSite: 'lax', path: '/' } as const;
  // A store each: express-session tells the store what the cookie of a new session is like, and the last one would count for both.
  const middleware = (name: string, secure: boolean) =>
    session({ ...options, store: new SessionStore(deps), name, cookie: { ...cookie, secure } });
  const secure = middleware('__Host-anteroom', true);
  const plain = middleware('anteroom', false);
  const passport = personOfSession(deps);
  const byScheme: RequestHandler = (req, res, next) => (req.secure ? secure : plain)(req, res, next);
  return [byScheme, passport.initialize(), passport.session()];
}

/** Starts a session for a person under a new ID, whatever the browser brought along. */
export async function startSession(
  deps: Deps,
  req: Request,
  res: Response,
  user: User,
  login: LoginFacts,
): Promise<void> {
  const before = readCrossSiteCookie(req, WHO);
  if (before) await deleteSession(deps.store.db, before);
  await new Promise<void>((resolve, reject) =>
    req.login({ ...user, login }, (error: unknown) => (error ? reject(error) : resolve())),
  );
  setCrossSiteCookie(req, res, WHO, hashSessionId(req.sessionID));
}

/** Ends the session of this browser. */
export async function endSession(req: Request, res: Response): Promise<void> {
  await new Promise<void>((resolve, reject) =>
    req.session.destroy((error: unknown) => (error ? reject(error) : resolve())),
  );
  res.clearCookie(req.secure ? '__Host-anteroom' : 'anteroom', { path: '/', secure: req.secure });
}

/** The ID of the person who is signed in with this browser, also where the session cookie was held back from a cross-site POST. */
export async function findUserIdOfBrowser(deps: Deps, req: Request): Promise<string | undefined> {
  if (req.user) return req.user.id;
  const who = readCrossSiteCookie(req, WHO);
  const found = who && (await findSession(deps.store.db, who, deps.now()));
  return found ? found.userId : undefined;
}

/** The person of a sign-in, as long as they may sign in and the provider that they came through is enabled. */
export async function findWelcome(
  { store }: Deps,
  userId: string,
  { providerId }: LoginFacts,
): Promise<User | undefined> {
  const user = await findUser(store.db, userId);
  const enabled = providerId === undefined || (await isProviderEnabled(store.db, providerId));
  return user && enabled && mayLogIn(user) ? user : undefined;
}

/**
 * Somebody deactivated, or made a Non Intranet User, is nobody from the next request on, whatever sessions are left;
 * so is whoever came through a provider that is disabled or gone, and whoever brings the session of another domain.
 */
function personOfSession(deps: Deps): InstanceType<typeof Passport> {
  const passport = new Passport();
  passport.serializeUser<Serialized>((user, done) => {
    const { login, id } = user as LoggedInUser;
    done(null, { ...login, userId: id });
  });
  passport.deserializeUser<Serialized, Request>((req, { userId, ...login }, done) => {
    const here = login.domainId === req.res?.locals.domain.id;
    findWelcome(deps, userId, login).then((user) => done(null, here && user ? { ...user, login } : false), done);
  });
  return passport;
}

/** express-session's store on the `sessions` table. The table holds the hash of a session's ID, never the ID. */
class SessionStore extends session.Store {
  declare generate: (req: Request) => void; // set by express-session
  readonly #deps: Deps;
  readonly #written = new WeakMap<StoredSession, string>();

  constructor(deps: Deps) {
    super();
    this.#deps = deps;
  }

  override get(sid: string, done: (error: unknown, session?: SessionData | null) => void): void {
    this.#read(hashSessionId(sid)).then((stored) => done(null, stored), done);
  }

  override set(sid: string, stored: StoredSession, done?: (error?: unknown) => void): void {
    const { seen, ...data } = stored;
    const dataJson = JSON.stringify(data);
    // express-session saves a new session once more at the end of its request, changed or not.
    if (this.#written.get(stored) === dataJson) {
      done?.();
      return;
    }
    const login = data.passport?.user;
    if (!login) {
      this.destroy(sid, done);
      return;
    }
    const now = this.#deps.now();
    const row = {
      id: hashSessionId(sid),
      userId: login.userId,
      domainId: login.domainId,
      providerId: login.providerId ?? null,
      nameId: login.nameId ?? null,
      sessionIndex: login.sessionIndex ?? null,
      dataJson,
      network: login.network,
      userAgent: login.userAgent,
      createdAt: login.at,
      lastSeenAt: now,
      expiresAt: Math.min(now + IDLE_MS, login.endsAt),
    };
    // One that was read and has been ended since must not come back.
    const write = seen === undefined ? writeSession : updateSession;
    write(this.#deps.store.db, row).then(() => {
      this.#written.set(stored, dataJson);
      done?.();
    }, done);
  }

  /**
   * Reads a session, and writes down once a minute that it is in use. In place of express-session's `touch`, for whose sake it sends every
   * page in two pieces.
   */
  async #read(id: string): Promise<StoredSession | null> {
    const { store } = this.#deps;
    const now = this.#deps.now();
    const row = await findSession(store.db, id, now);
    if (!row) return null;
    const stored: StoredSession = { ...JSON.parse(row.dataJson), seen: row.lastSeenAt };
    const endsAt = stored.passport?.user?.endsAt ?? now;
    if (now - row.lastSeenAt >= TOUCH_EVERY_MS) await touchSession(store.db, id, now, Math.min(now + IDLE_MS, endsAt));
    return stored;
  }

  /** A session that was neither read from the table nor written to it is a visitor's, and looking for it would cost as much as the new one. */
  override regenerate(req: Request, done: (error?: unknown) => void): void {
    if (req.session.seen !== undefined || this.#written.has(req.session)) {
      super.regenerate(req, done);
      return;
    }
    this.generate(req);
    done();
  }

  override destroy(sid: string, done?: (error?: unknown) => void): void {
    const { store, now } = this.#deps;
    const id = hashSessionId(sid);
    // A visitor's session is not in the table, and looking costs less than a transaction.
    findSession(store.db, id, now())
      .then((row) => row && deleteSession(store.db, id))
      .then(() => done?.(), done);
  }
}
