import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server';
import type { Db } from '../db/open.ts';
import type { PasskeyRow } from '../db/schema.ts';
import type { Deps } from '../deps.ts';
import { hashToken, newId } from '../identifier.ts';
import { addressFamily, bareHost } from '../network.ts';
import { nameOf } from '../people/users.ts';
import type { Domain } from '../store/domains.ts';
import { consumeChallenge, insertChallenge } from '../store/passkeyChallenges.ts';
import { findPasskey, listPasskeys, usePasskey } from '../store/secondFactors.ts';
import type { User } from '../store/users.ts';

const ALGORITHMS = [-8, -7, -257]; // EdDSA, ES256, RS256
const CHALLENGE_BYTES = 32;
const CHALLENGE_MS = 5 * 60_000;
const MOST_CHARACTERS = 32 * 1024;
const MOST_ID_CHARACTERS = 2_048;

/** What a challenge is for: the purpose, and a secret of the browser or session that asked. It is valid nowhere else. */
export type Binding = `${'login' | 'step' | 'add' | 'confirm'} ${string}`;

/** The owner of the passkey (undefined: anyone), and whether user verification is required, by a PIN or biometrics (WebAuthn 6.1). */
export type Wanted = { userId: string | undefined; mustVerify: boolean };

/** A passkey that proved to be there, or why it was not accepted. `detail` is for the log. */
export type Assertion =
  | { ok: true; passkey: PasskeyRow; counter: number }
  | { ok: false; reason: 'passkey_unknown' | 'passkey_invalid'; detail: string; userId?: string };

/** Returns whether browsers allow passkeys at a domain: with https or on localhost, and not at an IP address. */
export function allowsPasskeys({ url }: Pick<Domain, 'url'>): boolean {
  const { protocol, hostname } = new URL(url);
  const isLocal = hostname === 'localhost' || hostname.endsWith('.localhost');
  return (protocol === 'https:' || isLocal) && addressFamily(bareHost({ hostname })) === undefined;
}

/** Returns the host that passkeys of a domain belong to (WebAuthn 5.1.2, RP ID). */
export function rpIdOf({ url }: Pick<Domain, 'url'>): string {
  return new URL(url).hostname;
}

/** Returns the options with which a browser creates a passkey for a person (navigator.credentials.create). */
export async function creationOptions(deps: Deps, domain: Domain, user: User, intranet: string, binding: Binding) {
  const rpID = rpIdOf(domain);
  return generateRegistrationOptions({
    rpName: intranet,
    rpID,
    userName: user.userName,
    userDisplayName: nameOf(user),
    userID: new Uint8Array(Buffer.from(user.id)),
    challenge: await newChallenge(deps, binding),
    excludeCredentials: descriptorsOf(await listPasskeys(deps.store.db, user.id), rpID),
    supportedAlgorithmIDs: ALGORITHMS,
    // A security key without a PIN or without room for names is good enough beside a password.
    authenticatorSelection: { residentKey: 'preferred', userVerification: 'preferred' },
  });
}

/** Checks what a browser created, and returns the passkey to store; undefined if it is not valid, which is logged. */
export async function readNewPasskey(
  deps: Deps,
  domain: Domain,
  userId: string,
  binding: Binding,
  { response, name }: { response: string; name: string },
): Promise<PasskeyRow | undefined> {
  try {
    const parsed: RegistrationResponseJSON = parsedJson(response);
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response: parsed,
      expectedChallenge: (challenge) => consume(deps, challenge, binding),
      expectedOrigin: domain.url,
      expectedRPID: rpIdOf(domain),
      requireUserVerification: false,
      supportedAlgorithmIDs: ALGORITHMS,
    });
    if (!verified) return undefined;
    const { id: credentialId, publicKey, counter } = registrationInfo.credential;
    const transports = JSON.stringify((parsed.response.transports ?? []).filter(isTransport).slice(0, 8));
    const times = { createdAt: deps.now(), lastUsedAt: null };
    const key = { credentialId, publicKey: Buffer.from(publicKey).toString('base64url'), counter, transports };
    return { id: newId(deps), userId, rpId: rpIdOf(domain), ...key, name, ...times };
  } catch (error) {
    deps.log.info({ userId, problem: String(error) }, 'passkey not added');
    return undefined;
  }
}

/** Returns the options with which a browser proves to have a passkey (navigator.credentials.get). */
export async function requestOptions(deps: Deps, domain: Domain, binding: Binding, { userId, mustVerify }: Wanted) {
  const rpID = rpIdOf(domain);
  const passkeys = userId === undefined ? undefined : await listPasskeys(deps.store.db, userId);
  return generateAuthenticationOptions({
    rpID,
    challenge: await newChallenge(deps, binding),
    userVerification: mustVerify ? 'required' : 'preferred',
    ...(passkeys ? { allowCredentials: descriptorsOf(passkeys, rpID) } : {}),
  });
}

/** Checks the response of a passkey (WebAuthn 7.2). It uses up the challenge, but not yet the counter: see usePasskeyOnce. */
export async function checkAssertion(
  deps: Deps,
  domain: Domain,
  binding: Binding,
  response: string,
  { userId, mustVerify }: Wanted,
): Promise<Assertion> {
  let owner: string | undefined;
  try {
    const parsed: AuthenticationResponseJSON = parsedJson(response);
    const passkey = await findPasskey(deps.store.db, String(parsed.id).slice(0, MOST_ID_CHARACTERS));
    if (!passkey || passkey.rpId !== rpIdOf(domain)) return refusal('passkey_unknown', 'No such credential');
    if (userId !== undefined && passkey.userId !== userId) return refusal('passkey_unknown', 'It is of another person');
    owner = passkey.userId;
    const handle = Buffer.from(String(parsed.response.userHandle ?? ''), 'base64url').toString();
    if (userId === undefined && handle !== owner)
      return refusal('passkey_invalid', 'The user handle is another', owner);
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: parsed,
      expectedChallenge: (challenge) => consume(deps, challenge, binding),
      expectedOrigin: domain.url,
      expectedRPID: passkey.rpId,
      requireUserVerification: mustVerify,
      // usePasskeyOnce compares the counter: here, anyone could claim a low one, because the signature is checked afterwards.
      credential: { id: passkey.credentialId, publicKey: bytesOf(passkey.publicKey), counter: 0 },
    });
    if (!verified) return refusal('passkey_invalid', 'The signature is wrong', owner);
    return { ok: true, passkey, counter: authenticationInfo.newCounter };
  } catch (error) {
    return refusal('passkey_invalid', error instanceof Error ? error.message : String(error), owner);
  }
}

/** Uses a passkey that checkAssertion accepted, within a transaction. Returns false if its counter did not grow: there may be a copy. */
export function usePasskeyOnce(
  db: Db,
  { now }: Pick<Deps, 'now'>,
  { passkey, counter }: Assertion & { ok: true },
): Promise<boolean> {
  return usePasskey(db, passkey.id, counter, now());
}

async function newChallenge(deps: Deps, binding: Binding): Promise<Uint8Array<ArrayBuffer>> {
  const challenge = new Uint8Array(deps.randomBytes(CHALLENGE_BYTES));
  const challengeHash = hashToken(Buffer.from(challenge).toString('base64url'));
  const expiresAt = deps.now() + CHALLENGE_MS;
  await insertChallenge(deps.store.db, { challengeHash, binding: hashToken(binding), expiresAt });
  return challenge;
}

function consume({ store, now }: Deps, challenge: string, binding: Binding): Promise<boolean> {
  return consumeChallenge(store.db, hashToken(challenge), hashToken(binding), now());
}

function descriptorsOf(passkeys: PasskeyRow[], rpId: string) {
  return passkeys
    .filter((passkey) => passkey.rpId === rpId)
    .map(({ credentialId, transports }) => ({ id: credentialId, transports: JSON.parse(transports) as string[] }));
}

function parsedJson<T>(text: string): T {
  if (text.length > MOST_CHARACTERS) throw new Error('too long');
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null) throw new Error('no object');
  return value as T;
}

function isTransport(transport: unknown): boolean {
  return typeof transport === 'string' && /^[a-z-]{1,20}$/.test(transport);
}

function refusal(reason: 'passkey_unknown' | 'passkey_invalid', detail: string, userId?: string): Assertion {
  return { ok: false, reason, detail: detail.slice(0, 300), ...(userId === undefined ? {} : { userId }) };
}

function bytesOf(base64url: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(base64url, 'base64url'));
}
