import type { Db } from '../db/open.ts';
import type { SecondStepRow } from '../db/schema.ts';
import type { Deps } from '../deps.ts';
import { hashToken, newToken } from '../identifier.ts';
import { allowsMethod, mayLogIn } from '../people/users.ts';
import type { Domain } from '../store/domains.ts';
import { countRecoveryCodes } from '../store/secondFactors.ts';
import { consumeSecondStep, countTry, findSecondStep, insertSecondStep } from '../store/secondSteps.ts';
import { findUser, type User } from '../store/users.ts';
import { useAppCode } from './authenticatorApp.ts';
import { readCredentials } from './credentials.ts';
import { codeLimitsFor, limitsFor, mayTry, undoFailure } from './limits.ts';
import { checkAssertion, usePasskeyOnce } from './passkeys.ts';
import type { Proof } from './proof.ts';
import { recordUsedCode } from './recordSecondFactors.ts';
import { takeRecoveryCode } from './recoveryCodes.ts';

const STEP_MS = 10 * 60_000;
export const MOST_CODES = 5;

/** A login whose password was right. It is no session: it gives access to nothing but its second step. */
export type SecondStep = { row: SecondStepRow; user: User };

/** What a person enters as a second factor: a code, or the response of a passkey in JSON. */
export type Entered = { app: string } | { recoveryCode: string } | { passkey: string };

/** How a second step ended. `left`: how many codes may follow. `detail` is for the log. */
export type StepResult =
  | { ok: true; user: User; proof: Proof }
  | { ok: false; reason: StepRefusal; proof: Proof; left: number; detail?: string };

type StepRefusal =
  | 'second_factor_wrong'
  | 'too_many_codes'
  | 'passkey_unknown'
  | 'passkey_invalid'
  | 'passkey_copied'
  | 'second_step_over';

/** Keeps a login whose password was right for ten minutes, and returns the secret for the cookie of this browser. */
export async function startSecondStep(
  deps: Deps,
  user: User,
  login: Pick<SecondStepRow, 'domainId' | 'activityId' | 'name' | 'network' | 'passwordMark' | 'returnPath'>,
): Promise<string> {
  const token = newToken(deps);
  await insertSecondStep(deps.store.db, {
    tokenHash: hashToken(token),
    userId: user.id,
    ...login,
    tries: 0,
    expiresAt: deps.now() + STEP_MS,
  });
  return token;
}

/**
 * Returns the login that waits in a browser, or undefined if there is none: it was finished, has expired, is of another domain, or the person
 * has a new password or other second factors, or may no longer log in with a password.
 */
export async function findOpenStep(
  { store, now }: Deps,
  domain: Pick<Domain, 'id'>,
  token: string | undefined,
): Promise<SecondStep | undefined> {
  const row = token === undefined ? undefined : await findSecondStep(store.db, hashToken(token), now());
  if (row?.domainId !== domain.id) return undefined;
  const user = await findUser(store.db, row.userId);
  if (!user || !mayLogIn(user) || !allowsMethod(user, 'local')) return undefined;
  return row.passwordMark === (await readCredentials(store.db, user.id)).mark ? { row, user } : undefined;
}

/**
 * Checks a second factor, and ends the step if it is right or was the last code that may be tried. In `finish`, the login is recorded in the
 * same transaction. Codes count beside passwords: the failure that the password has counted in advance is undone only at the end.
 */
export async function trySecondFactor(
  deps: Deps,
  domain: Domain,
  { row, user }: SecondStep,
  entered: Entered,
  finish: (trx: Db, proof: Proof) => Promise<void>,
): Promise<StepResult> {
  if ('passkey' in entered) return tryPasskey(deps, domain, { row, user }, entered.passkey, finish);
  const proof = 'app' in entered ? 'password_app' : 'password_recovery_code';
  const left = MOST_CODES - row.tries - 1;
  // Recovery codes cannot be guessed: a stranger with the password must not keep the person from using one.
  const limits = 'app' in entered ? codeLimitsFor(deps, user.id) : [];
  if (!(await mayTry(deps, limits))) return { ok: false, reason: 'too_many_codes', proof, left: 0 };
  if (!(await countTry(deps.store.db, row.tokenHash, MOST_CODES))) return over(proof);
  const done = await deps.store.db.transaction().execute(async (trx) => {
    const isRight =
      'app' in entered
        ? await useAppCode(trx, deps, user.id, entered.app)
        : await takeRecoveryCode(trx, user.id, entered.recoveryCode);
    if (!isRight) return 'wrong';
    if ('recoveryCode' in entered) await recordUsedCode(trx, deps, user, await countRecoveryCodes(trx, user.id));
    return complete(trx, row, proof, finish);
  });
  if (done === 'over') return over(proof);
  if (done === 'done') {
    await undoFailure(deps, limits);
    await undoFailure(deps, limitsFor(deps, row.name, row.network));
    return { ok: true, user, proof };
  }
  if (left <= 0) await consumeSecondStep(deps.store.db, row.tokenHash);
  return { ok: false, reason: 'second_factor_wrong', proof, left: Math.max(0, left) };
}

async function tryPasskey(
  deps: Deps,
  domain: Domain,
  { row, user }: SecondStep,
  response: string,
  finish: (trx: Db, proof: Proof) => Promise<void>,
): Promise<StepResult> {
  const proof = 'password_passkey';
  const assertion = await checkAssertion(deps, domain, `step ${row.tokenHash}`, response, {
    userId: user.id,
    mustVerify: false, // the password was right
  });
  const left = MOST_CODES - row.tries;
  if (!assertion.ok) return { ok: false, reason: assertion.reason, proof, left, detail: assertion.detail };
  const done = await deps.store.db.transaction().execute(async (trx) => {
    if (!(await usePasskeyOnce(trx, deps, assertion))) return 'copied';
    return complete(trx, row, proof, finish);
  });
  if (done === 'over') return over(proof);
  if (done === 'copied') return { ok: false, reason: 'passkey_copied', proof, left };
  await undoFailure(deps, limitsFor(deps, row.name, row.network));
  return { ok: true, user, proof };
}

/** Finishes a step. Of two requests at the same time, one finishes it; the other has used up its code. */
async function complete(
  trx: Db,
  row: SecondStepRow,
  proof: Proof,
  finish: (trx: Db, proof: Proof) => Promise<void>,
): Promise<'done' | 'over'> {
  if (!(await consumeSecondStep(trx, row.tokenHash))) return 'over';
  await finish(trx, proof);
  return 'done';
}

function over(proof: Proof): StepResult {
  return { ok: false, reason: 'second_step_over', proof, left: 0 };
}
