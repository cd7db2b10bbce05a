import type { Request, Response, Router } from 'express';
import type { Deps } from '../deps.ts';
import { localRefusalMessage } from '../federation/refusalMessages.ts';
import { allowsPasskeys, requestOptions, rpIdOf } from '../login/passkeys.ts';
import { findSecondFactors } from '../login/secondFactors.ts';
import {
  type Entered,
  findOpenStep,
  MOST_CODES,
  type SecondStep,
  type StepResult,
  startSecondStep,
  trySecondFactor,
} from '../login/secondStep.ts';
import type { User } from '../store/users.ts';
import { cookiesOf } from '../web/cookies.ts';
import { isHttps } from '../web/domain.ts';
import { field } from '../web/form.ts';
import { rateLimit } from '../web/rateLimit.ts';
import { clientOf } from '../web/request.ts';
import { withReturn } from '../web/returnPath.ts';
import { type Attempt, recordFirstStep, recordRefused, recordSecondStep, startLocalSession } from './localSession.ts';

const PATH = '/local-login/second-step';
const COOKIE = 'anteroom-step';
const OPTIONS_A_MINUTE = 120;

/** The second step of a local login: a passkey, a code of the authenticator app, or a recovery code. */
export function secondStepRoutes(router: Router, deps: Deps): void {
  router.get(PATH, async (req, res) => {
    const step = await openStep(deps, req, res);
    if (!step) return res.redirect(303, '/local-login');
    await show(deps, res, step, {});
  });
  router.post(PATH, async (req, res) => {
    const startedAt = deps.now();
    const step = await openStep(deps, req, res);
    if (!step) return showOver(res, OVER, '/');
    const entered = enteredIn(req);
    // An empty form is no try.
    const empty = errorIfEmpty(entered);
    if (empty) return show(deps, res.status(422), step, empty);
    const result = await trySecondFactor(deps, res.locals.domain, step, entered, async (trx, proof) => {
      const login = { asserted: step.row.name, startedAt, user: step.user, proof, activityId: step.row.activityId };
      await recordSecondStep(trx, deps, req, res, login);
    });
    if (!result.ok) return refuse(deps, req, res, step, startedAt, result);
    res.clearCookie(COOKIE, { path: PATH });
    await startLocalSession(deps, req, res, step.user, { proof: result.proof, mark: step.row.passwordMark });
    res.redirect(303, step.row.returnPath);
  });
  router.post(`${PATH}/options`, rateLimit(deps, OPTIONS_A_MINUTE), async (req, res) => {
    const step = await openStep(deps, req, res);
    if (!step) return res.status(422).json({ error: OVER });
    res.json(
      await requestOptions(deps, res.locals.domain, `step ${step.row.tokenHash}`, {
        userId: step.user.id,
        mustVerify: false,
      }),
    );
  });
}

/** Leads a person whose password was right to the second step, which this browser alone can finish. */
export async function startSecondPage(
  deps: Deps,
  req: Request,
  res: Response,
  { mark, ...attempt }: Attempt & { user: User; asserted: string; mark: string },
  returnPath: string,
): Promise<void> {
  const activityId = await recordFirstStep(deps, req, res, attempt);
  const token = await startSecondStep(deps, attempt.user, {
    domainId: res.locals.domain.id,
    activityId,
    name: attempt.asserted,
    network: clientOf(req).network,
    passwordMark: mark,
    returnPath,
  });
  res.cookie(COOKIE, token, { path: PATH, httpOnly: true, sameSite: 'lax', secure: isHttps(req) });
  res.redirect(303, PATH);
}

const OVER = 'This login has expired or was finished. Log in again.';

function openStep(deps: Deps, req: Request, res: Response): Promise<SecondStep | undefined> {
  return findOpenStep(deps, res.locals.domain, cookiesOf(req)[COOKIE]);
}

/** Each way has a form of its own. */
function enteredIn(req: Request): Entered {
  const isSent = (name: string) => name in ((req.body as object | undefined) ?? {});
  if (isSent('passkey')) return { passkey: field(req, 'passkey') };
  return isSent('recoveryCode') ? { recoveryCode: field(req, 'recoveryCode') } : { app: field(req, 'code') };
}

/** Returns what to enter where nothing was, by the name of the field. */
function errorIfEmpty(entered: Entered): Record<string, string> | undefined {
  if ('app' in entered && entered.app.trim() === '')
    return { code: 'Enter the six digits that your authenticator app shows.' };
  if ('recoveryCode' in entered && entered.recoveryCode.trim() === '')
    return { recoveryCode: 'Enter one of your recovery codes.' };
  return undefined;
}

async function refuse(
  deps: Deps,
  req: Request,
  res: Response,
  step: SecondStep,
  startedAt: number,
  { reason, proof, left, detail }: StepResult & { ok: false },
): Promise<void> {
  if (reason === 'second_step_over') return showOver(res, OVER, step.row.returnPath);
  const attempt = { asserted: step.row.name, startedAt, user: step.user, proof, problem: detail };
  await recordRefused(deps, req, res, attempt, reason);
  const message = localRefusalMessage(reason);
  if (reason === 'too_many_codes') return show(deps, res.status(429), step, { code: message }, true);
  if (left === 0) return showOver(res, `After ${MOST_CODES} wrong codes, the login starts again.`, step.row.returnPath);
  const attempts =
    proof === 'password_passkey' ? '' : left === 1 ? ' 1 attempt is left.' : ` ${left} attempts are left.`;
  await show(deps, res.status(422), step, { [fieldOf(proof)]: `${message}${attempts}` });
}

function fieldOf(proof: string): string {
  if (proof === 'password_passkey') return 'passkey';
  return proof === 'password_app' ? 'code' : 'recoveryCode';
}

/** @param isBlocked codes of the app are blocked, so that the other ways come to the fore */
async function show(
  deps: Deps,
  res: Response,
  { row, user }: SecondStep,
  errors: Record<string, string>,
  isBlocked = false,
): Promise<void> {
  const { domain } = res.locals;
  const { app, passkeys, recoveryCodes } = await findSecondFactors(deps.store.db, user.id);
  const here = passkeys.filter(({ rpId }) => rpId === rpIdOf(domain));
  const elsewhere = [...new Set(passkeys.filter(({ rpId }) => rpId !== rpIdOf(domain)).map(({ rpId }) => rpId))];
  res.render('intranet/secondStep', {
    title: Object.keys(errors).length > 0 ? 'Not logged in' : 'Second step',
    over: undefined,
    errors,
    isBlocked,
    hasApp: app !== undefined,
    hasPasskey: here.length > 0 && allowsPasskeys(domain),
    elsewhere,
    recoveryCodes,
    path: PATH,
    startOver: withReturn('/local-login', row.returnPath),
  });
}

function showOver(res: Response, over: string, returnPath: string): void {
  res.clearCookie(COOKIE, { path: PATH });
  res
    .status(422)
    .render('intranet/secondStep', { title: 'Not logged in', over, startOver: withReturn('/local-login', returnPath) });
}
