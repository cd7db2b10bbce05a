import type { Request, RequestHandler, Response } from 'express';
import session from 'express-session';
import { Passport } from 'passport';
import type { Deps } from '../deps.ts';
import { hashSessionId, newSessionId } from '../identifier.ts';
import { readCredentials } from '../login/credentials.ts';
import { allowsMethod, mayLogIn } from '../people/users.ts';
import { deleteSession, findSession } from '../store/sessions.ts';
import { findUser, findUserOfProvider, type User } from '../store/users.ts';
import { readCrossSiteCookie, setCrossSiteCookie } from './cookies.ts';
import { isHttps } from './domain.ts';
import type { LoggedInUser, LoginFacts } from './request.ts';
import { type SerializedLogin, SessionStore } from './sessionStore.ts';

const COOKIE = 'anteroom';
const SECURE_COOKIE = '__Host-anteroom';
const WHO = 'who'; // the cookie that tells the ACS, which never sees the Lax session cookie, whose browser this is
const WHO_MS = 400 * 24 * 3_600_000; // browsers keep none longer; while there is one, the ACS knows that this browser keeps cookies

/** Loads the session and the logged-in person of each request. */
export function sessions(deps: Deps): RequestHandler[] {
  const cookie = { httpOnly: true, sameSite: 'lax', path: '/' } as const;
  // One store for each, because express-session sets the cookie options of new sessions on the store.
  const middleware = (name: string, secure: boolean) =>
    session({
      name,
      cookie: { ...cookie, secure },
      store: new SessionStore(deps),
      secret: deps.secrets.sessionKey,
      genid: () => newSessionId(deps),
      resave: false,
      saveUninitialized: false,
      proxy: true, // reads X-Forwarded-Proto, which the middleware below sets
    });
  const [secure, plain] = [middleware(SECURE_COOKIE, true), middleware(COOKIE, false)];
  const passport = loginOfSession(deps);
  const byScheme: RequestHandler = (req, res, next) => {
    // express-session sets a Secure cookie only if it considers a request https. The domain decides that, not the proxy's header.
    req.headers['x-forwarded-proto'] = isHttps(req) ? 'https' : 'http';
    (isHttps(req) ? secure : plain)(req, res, next);
  };
  return [byScheme, passport.initialize(), passport.session()];
}

/**
 * Looks again who is logged in, once a form has been read: a client may send it as slowly as the server allows. What ended the session
 * meanwhile, or took the rights of a Power User, counts for this request too.
 */
export function stillLoggedIn(deps: Deps): RequestHandler {
  return async (req, _res, next) => {
    const { user } = req;
    if (!user || req.method === 'GET' || req.method === 'HEAD') return next();
    const stored = await findSession(deps.store.db, currentSessionId(req), deps.now());
    const still = stored && (await findUserOfLogin(deps, user.id, user.login));
    if (still) req.user = { ...still, login: user.login };
    else delete req.user;
    next();
  };
}

/** Starts a session for a person under a new ID, and ends the one that this browser had. */
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
  setCrossSiteCookie(req, res, WHO, hashSessionId(req.sessionID), WHO_MS);
}

/** Starts a new session for this browser after a change of the person's credentials, which ended all of them. */
export async function continueSession(
  deps: Deps,
  req: Request,
  res: Response,
  { id, login }: LoggedInUser,
  facts: Partial<LoginFacts> = {},
): Promise<void> {
  const { db } = deps.store;
  const mark = login.method === 'local' ? (await readCredentials(db, id)).mark : undefined;
  const user = await findUser(db, id);
  if (user) await startSession(deps, req, res, user, { ...login, mark, ...facts });
}

/** Ends the session of this browser. */
export async function endSession(req: Request, res: Response): Promise<void> {
  await new Promise<void>((resolve, reject) =>
    req.session.destroy((error: unknown) => (error ? reject(error) : resolve())),
  );
  const secure = isHttps(req);
  res.clearCookie(secure ? SECURE_COOKIE : COOKIE, { path: '/', secure });
}

/** Returns the ID of this browser's session, as it is stored. */
export function currentSessionId(req: Request): string {
  return hashSessionId(req.sessionID);
}

/** Returns the ID of the person who is logged in with this browser, even if a cross-site POST came without the session cookie. */
export async function findUserIdOfBrowser(deps: Deps, req: Request): Promise<string | undefined> {
  if (req.user) return req.user.id;
  const who = readCrossSiteCookie(req, WHO);
  const found = who && (await findSession(deps.store.db, who, deps.now()));
  return found ? found.userId : undefined;
}

/**
 * Returns the person of a login if they may still log in, and in this way, its provider is still enabled at the domain, and what a local login was proven
 * with has not changed. Sessions from before marks existed have none.
 */
export async function findUserOfLogin(
  { store }: Deps,
  userId: string,
  { providerId, method, mark, domainId }: LoginFacts,
): Promise<User | undefined> {
  const user =
    providerId === undefined
      ? await findUser(store.db, userId)
      : await findUserOfProvider(store.db, userId, { providerId, domainId });
  if (!user || !mayLogIn(user) || !allowsMethod(user, method)) return undefined;
  return mark === undefined || mark === (await readCredentials(store.db, userId)).mark ? user : undefined;
}

/**
 * Has passport look the person up on each request. A person who was deactivated or became a Non Intranet User is logged out at their next
 * request. So is everyone whose provider was disabled or removed, or no longer belongs to the domain. A session is valid only at the domain where it started.
 */
function loginOfSession(deps: Deps): InstanceType<typeof Passport> {
  const passport = new Passport();
  passport.serializeUser<SerializedLogin>((user, done) => {
    const { login, id } = user as LoggedInUser;
    done(null, { ...login, userId: id });
  });
  passport.deserializeUser<SerializedLogin, Request>((req, { userId, ...login }, done) => {
    const here = login.domainId === req.res?.locals.domain.id;
    findUserOfLogin(deps, userId, login).then((user) => done(null, here && user ? { ...user, login } : false), done);
  });
  return passport;
}
