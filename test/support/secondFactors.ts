import { generate } from 'otplib';
import { confirmApp, newAppSecret } from '../../src/login/authenticatorApp.ts';
import { newRecoveryCodes } from '../../src/login/recoveryCodes.ts';
import { writeAuthenticatorApp } from '../../src/store/secondFactors.ts';
import { testPassword } from './anteroom.ts';
import { type Authenticator, createAuthenticator } from './authenticator.ts';
import type { Client } from './client.ts';
import type { TestDeps } from './testDeps.ts';

const STEP_MS = 30_000;

/** Returns the code that an authenticator app shows `steps` time steps from now. */
export function codeOf({ clock }: TestDeps, secret: string, steps = 0): Promise<string> {
  return generate({ secret, epoch: Math.floor((clock.at + steps * STEP_MS) / 1_000) });
}

/** Sets up an authenticator app and recovery codes for a person. The code of now is used up by it. */
export async function giveApp(deps: TestDeps, userId: string): Promise<{ secret: string; codes: string[] }> {
  const secret = newAppSecret(deps);
  const app = await confirmApp(deps, userId, secret, await codeOf(deps, secret));
  if (!app) throw new Error('The first code is wrong.');
  const codes = await deps.store.db.transaction().execute(async (trx) => {
    await writeAuthenticatorApp(trx, app);
    return newRecoveryCodes(trx, deps, userId);
  });
  return { secret, codes };
}

/** Adds a passkey on My profile > Security, as its script does. Returns the authenticator that has it. */
export async function addPasskey(client: Client, origin: string, options = { counts: true }): Promise<Authenticator> {
  const authenticator = createAuthenticator(origin, options);
  const asked = await client.post('/profile/security/passkeys/options');
  const passkey = authenticator.create(JSON.parse(asked.text));
  const added = await client.post('/profile/security/passkeys', { passkey, name: 'Laptop' });
  if (added.status !== 200 && added.status !== 303) throw new Error(`The passkey was not added: ${added.status}`);
  return authenticator;
}

/** Enters the password. */
export function enterPassword(client: Client, userName = 'maya.koch', returnTo = '/') {
  return client.post('/local-login', { userName, password: testPassword, return: returnTo });
}
