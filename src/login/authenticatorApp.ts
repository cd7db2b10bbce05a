import { generateURI, ScureBase32Plugin, verify } from 'otplib';
import type { Db } from '../db/open.ts';
import type { Deps } from '../deps.ts';
import { findAuthenticatorApp, useTimeStep } from '../store/secondFactors.ts';

const SECRET_BYTES = 20; // RFC 4226 4, R6
const STEP_SECONDS = 30;
const DRAFT_MS = 30 * 60_000;

/** Returns a new secret for an authenticator app, in base 32. */
export function newAppSecret({ randomBytes }: Pick<Deps, 'randomBytes'>): string {
  return new ScureBase32Plugin().encode(randomBytes(SECRET_BYTES));
}

/** Returns the otpauth URI of a secret, which apps read from a QR code. */
export function appUri(intranet: string, userName: string, secret: string): string {
  return generateURI({ issuer: intranet, label: userName, secret });
}

/** Seals a secret that is not confirmed yet, for the form of its person: until then, nothing is stored. */
export function sealDraft({ secrets, now }: Pick<Deps, 'secrets' | 'now'>, userId: string, secret: string): string {
  return secrets.seal(JSON.stringify({ draftFor: userId, secret, until: now() + DRAFT_MS }));
}

/** Returns the secret of a draft, or undefined if it is of another person, has expired or was changed. */
export function openDraft({ secrets, now }: Pick<Deps, 'secrets' | 'now'>, userId: string, draft: string) {
  try {
    const { draftFor, secret, until } = JSON.parse(secrets.unseal(draft));
    return draftFor === userId && until > now() ? String(secret) : undefined;
  } catch {
    return undefined;
  }
}

/** Returns the app of a person after its first code, as it is stored; undefined if the code is wrong. */
export async function confirmApp(
  { secrets, now }: Pick<Deps, 'secrets' | 'now'>,
  userId: string,
  secret: string,
  code: string,
) {
  const step = await timeStepOf(secret, code, now());
  if (step === undefined) return undefined;
  return { userId, secretSealed: secrets.seal(secret), lastStep: step, createdAt: now(), lastUsedAt: null };
}

/**
 * Uses up a code of a person's app within a transaction. Returns false if it is wrong, or was used before; also if the secret key was replaced,
 * which is logged: the person has passkeys or recovery codes.
 */
export async function useAppCode(
  db: Db,
  { secrets, now, log }: Pick<Deps, 'secrets' | 'now' | 'log'>,
  userId: string,
  code: string,
): Promise<boolean> {
  const app = await findAuthenticatorApp(db, userId);
  const secret = app && secrets.tryUnseal(app.secretSealed);
  if (app && secret === undefined) log.warn({ userId }, 'authenticator app of another secret key');
  const step = secret === undefined ? undefined : await timeStepOf(secret, code, now());
  return step !== undefined && useTimeStep(db, userId, step, now());
}

/** Returns the time step whose code this is: the current one, the one before or the one after (RFC 6238 5.2), otherwise undefined. */
async function timeStepOf(secret: string, entered: string, now: number): Promise<number | undefined> {
  const token = entered.replaceAll(/\s/g, '');
  if (!/^\d{6}$/.test(token)) return undefined;
  const epoch = Math.floor(now / 1_000);
  const result = await verify({ secret, token, epoch, epochTolerance: STEP_SECONDS });
  return result.valid && 'timeStep' in result ? result.timeStep : undefined;
}
