import type { Request, RequestHandler, Response } from 'express';
import type { Db } from '../db/open.ts';
import type { Deps } from '../deps.ts';
import { Forbidden } from '../errors.ts';
import { newId, newReference } from '../identifier.ts';
import { publishLogin } from '../login/events.ts';
import type { Proof } from '../login/proof.ts';
import { limitsOf } from '../login/sessionLimits.ts';
import { clientNetwork } from '../network.ts';
import { announceLocalLogin } from '../notifications/loginMails.ts';
import { allowsLocalLogin, readIntranetSettings } from '../people/intranetSettings.ts';
import { writeLastLogin } from '../people/users.ts';
import {
  confirmLoginActivity,
  insertLoginActivity,
  type NewLoginActivity,
  recordRefusal,
} from '../store/loginActivity.ts';
import type { User } from '../store/users.ts';
import { clientOf } from '../web/request.ts';
import { startSession } from '../web/session.ts';

/** A local login as it is recorded: what was typed, and how the person proved, or tried to prove, who they are. */
export type Attempt = {
  asserted: string | null;
  startedAt: number; // epoch milliseconds
  user?: User | undefined;
  proof: Proof;
  problem?: string | undefined; // why a passkey was not accepted
};

type Success = Attempt & { user: User };

/** Lets only those networks log in locally that the settings allow. */
export function requireLocalLogin(deps: Deps): RequestHandler {
  return async (req, _res, next) => {
    if (await isLocalLoginAllowed(deps, req)) return next();
    throw new Forbidden('You cannot log in with a password from your network.');
  };
}

/** Returns whether the settings allow local login from the network of a request. */
export async function isLocalLoginAllowed({ store }: Deps, req: Request): Promise<boolean> {
  return allowsLocalLogin(await readIntranetSettings(store.db), req.ip ?? '');
}

/** Starts a session after a local login. @param mark of the credentials that were proven (login/credentials.ts) */
export function startLocalSession(
  deps: Deps,
  req: Request,
  res: Response,
  user: User,
  { proof, mark }: { proof: Proof; mark: string },
): Promise<void> {
  const { domain } = res.locals;
  const now = deps.now();
  const limits = limitsOf(domain);
  const announced = announceLocalLogin(deps, user, domain.url, { ...clientOf(req), proof });
  deps.background.add(announced.catch((error: unknown) => deps.log.warn({ err: error }, 'mail about a login failed')));
  return startSession(deps, req, res, user, {
    method: 'local',
    domainId: domain.id,
    proof,
    mark,
    at: now,
    endsAt: now + limits.longestMs,
    ...limits,
    ...clientOf(req),
  });
}

/** Records a refused login in Login activity, and reports it. */
export async function recordRefused(deps: Deps, req: Request, res: Response, attempt: Attempt, reason: string) {
  const refused = { outcome: 'refused', reason, reference: newReference(deps) };
  const row = { ...rowOf(deps, req, res, attempt), ...refused };
  await deps.store.db.transaction().execute(async (trx) => {
    const recorded = await recordRefusal(trx, row, clientNetwork(row.network ?? ''));
    if (recorded.id === row.id) await publishLogin(trx, deps, row, attempt.user); // not if it was counted again
  });
}

/** Records a login, and reports it. */
export async function recordLogin(deps: Deps, req: Request, res: Response, attempt: Success): Promise<void> {
  await deps.store.db.transaction().execute((trx) => recordLoginIn(trx, deps, req, res, attempt));
}

/** Records a login within a transaction, and reports it. */
export async function recordLoginIn(db: Db, deps: Deps, req: Request, res: Response, attempt: Success): Promise<void> {
  const row = rowOf(deps, req, res, attempt);
  await insertLoginActivity(db, row);
  await writeLastLogin(db, attempt.user.id, row.at);
  await publishLogin(db, deps, row, attempt.user);
}

/** Records that a password was right and the second factor is missing. Returns the ID of the row. */
export async function recordFirstStep(deps: Deps, req: Request, res: Response, attempt: Success): Promise<string> {
  const row = { ...rowOf(deps, req, res, attempt), outcome: 'second_step' };
  await insertLoginActivity(deps.store.db, row);
  return row.id;
}

/** Records within a transaction that the second factor followed: the row of the first step is a login now. */
export async function recordSecondStep(
  db: Db,
  deps: Deps,
  req: Request,
  res: Response,
  attempt: Success & { activityId: string },
): Promise<void> {
  const row = { ...rowOf(deps, req, res, attempt), id: attempt.activityId };
  await confirmLoginActivity(db, row.id, row.detail);
  await writeLastLogin(db, attempt.user.id, row.at);
  await publishLogin(db, deps, row, attempt.user);
}

function rowOf(
  deps: Deps,
  req: Request,
  res: Response,
  { asserted, startedAt, user, proof, problem }: Attempt,
): NewLoginActivity {
  const { network, userAgent } = clientOf(req);
  const now = deps.now();
  return {
    id: newId(deps),
    reference: null,
    at: now,
    flow: 'local',
    outcome: 'logged_in',
    reason: null,
    domainId: res.locals.domain.id,
    providerId: null,
    userId: user?.id ?? null,
    asserted,
    network,
    detail: { userAgent, proof, ...(problem === undefined ? {} : { problem }), tookMs: now - startedAt },
  };
}
