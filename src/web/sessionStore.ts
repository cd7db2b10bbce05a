import session, { type SessionData } from 'express-session';
import type { Deps } from '../deps.ts';
import { hashSessionId } from '../identifier.ts';
import { limitsOf, type SessionLimits } from '../login/sessionLimits.ts';
import {
  deleteSession,
  findLimitedSession,
  findSession,
  touchSession,
  updateSession,
  writeSession,
} from '../store/sessions.ts';
import type { LoginFacts } from './request.ts';

const TOUCH_EVERY_MS = 60_000;

/** What passport keeps of a login in the session. */
export type SerializedLogin = LoginFacts & { userId: string };

const SAVED = Symbol('the JSON that was last written');
const LIMITS = Symbol('the limits of the domain');

type StoredSession = SessionData & {
  passport?: { user?: SerializedLogin };
  [SAVED]?: string;
  [LIMITS]?: SessionLimits;
};
type Done = (error?: unknown) => void;

/** Returns the login that a stored session is of. */
export function loginOf(dataJson: string): SerializedLogin | undefined {
  return (JSON.parse(dataJson) as StoredSession).passport?.user;
}

/**
 * The store of express-session on the `sessions` table, which holds the hash of a session's ID and never the ID.
 * A session expires after the limits of its domain (login/sessionLimits.ts), and at the end that its login sets. Without a login nothing is
 * stored.
 */
export class SessionStore extends session.Store {
  readonly #deps: Deps;

  constructor(deps: Deps) {
    super();
    this.#deps = deps;
  }

  override get(sid: string, done: (error: unknown, session?: SessionData | null) => void): void {
    this.#read(hashSessionId(sid)).then((stored) => done(null, stored), done);
  }

  /**
   * Writes a session if it has changed. express-session saves a session again at the end of the request that regenerated it; to skip that
   * sends the response in one piece. Measured: 22 µs of a login.
   */
  override set(sid: string, stored: StoredSession, done: Done = () => {}): void {
    const { seen: _, ...data } = stored;
    const dataJson = JSON.stringify(data);
    if (stored[SAVED] === dataJson) done();
    else this.#write(sid, stored, dataJson).then(() => done(), done);
  }

  override destroy(sid: string, done: Done = () => {}): void {
    this.#delete(hashSessionId(sid)).then(() => done(), done);
  }

  /**
   * Reads a session and notes once a minute that it is in use. A `touch` method would do that after the response, for which
   * express-session sends every page in two pieces.
   */
  async #read(id: string): Promise<StoredSession | null> {
    const { db } = this.#deps.store;
    const now = this.#deps.now();
    const row = await findLimitedSession(db, id, now);
    if (!row) return null;
    const limits = limitsOf(row);
    const stored: StoredSession = { ...JSON.parse(row.dataJson), seen: row.lastSeenAt, [LIMITS]: limits };
    const login = stored.passport?.user;
    if (login && now - row.lastSeenAt >= TOUCH_EVERY_MS) await touchSession(db, id, now, expiryOf(now, login, limits));
    return stored;
  }

  async #write(sid: string, stored: StoredSession, dataJson: string): Promise<void> {
    const login = stored.passport?.user;
    if (!login) return this.#delete(hashSessionId(sid));
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
      // A login that was held while the server was upgraded has no limits.
      expiresAt: expiryOf(now, login, stored[LIMITS] ?? { ...limitsOf(undefined), ...login }),
    };
    // A session that was stored before and has been ended since must not come back.
    await (stored.seen === undefined ? writeSession : updateSession)(this.#deps.store.db, row);
    stored.seen ??= now;
    stored[SAVED] = dataJson;
  }

  async #delete(id: string): Promise<void> {
    const { db } = this.#deps.store;
    // A visitor's session is not in the table, and a lookup costs less than a transaction.
    if (await findSession(db, id, this.#deps.now())) await deleteSession(db, id);
  }
}

function expiryOf(now: number, { at, endsAt }: LoginFacts, { idleMs, longestMs }: SessionLimits): number {
  return Math.min(now + idleMs, at + longestMs, endsAt);
}
