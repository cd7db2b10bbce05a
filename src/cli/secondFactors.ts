import type { Deps } from '../deps.ts';
import { renamePasskey } from '../login/renamePasskey.ts';
import { readSecondFactorState, secondFactorStateText, setSecondFactor } from '../login/secondFactorSetting.ts';
import { findSecondFactors, resetSecondFactors, secondFactorsText } from '../login/secondFactors.ts';
import { nameOf } from '../people/users.ts';
import { listPasskeys } from '../store/secondFactors.ts';
import { accepted, type Call, type Command, isoTime, type Output, printable, Refused, UsageError } from './command.ts';
import { userNamed } from './userNamed.ts';

export const secondFactorCommands: Command[] = [
  {
    name: 'user second-factor',
    operands: 'NAME',
    summary: 'Show the second factors of a person, rename a passkey, or remove all of them and end their sessions.',
    options: {
      rename: { value: 'PASSKEY', help: 'The passkey to rename (ID or name), with --to.' },
      to: { value: 'NAME', help: 'Its new name.' },
      remove: { help: 'Remove them: the password alone is enough again.' },
    },
    run: ofPerson,
  },
  {
    name: 'second-factor',
    operands: '',
    summary: 'Show or set whether Power Users need a second factor for local logins.',
    options: { 'power-users': { value: 'optional|required', help: 'Whether they need one.' } },
    notes:
      'A Power User without one sets it up right after the next local login. Logins through identity providers need none here.',
    run: setting,
  },
];

async function ofPerson({ deps, operands, text, has }: Call): Promise<Output> {
  const user = await userNamed(deps, operands[0]);
  await rename(deps, user.id, text('rename'), text('to'));
  if (has('remove')) await resetSecondFactors(deps, user.id);
  const factors = await findSecondFactors(deps.store.db, user.id);
  const { app, passkeys, recoveryCodes } = factors;
  const json = {
    userName: user.userName,
    authenticatorApp: app ? { createdAt: isoTime(app.createdAt), lastUsedAt: isoTime(app.lastUsedAt) } : null,
    passkeys: passkeys.map(({ id, name, rpId, createdAt, lastUsedAt }) => ({
      ...{ id, name, host: rpId },
      ...{ createdAt: isoTime(createdAt), lastUsedAt: isoTime(lastUsedAt) },
    })),
    recoveryCodes,
  };
  if (has('remove'))
    return { json, text: `${nameOf(user)} has no second factor any more, and is logged out everywhere.` };
  const names = passkeys.map(({ name, rpId }) => `  ${printable(name)} (${rpId})`);
  const codes = `Recovery codes left: ${recoveryCodes}`;
  return {
    json,
    text: [`Second factor of ${nameOf(user)}: ${secondFactorsText(factors)}`, ...names, codes].join('\n'),
  };
}

async function rename(deps: Deps, userId: string, passkey: string | undefined, to: string | undefined): Promise<void> {
  if (passkey === undefined && to === undefined) return;
  if (passkey === undefined || to === undefined) throw new UsageError('--rename and --to belong together.');
  const all = await listPasskeys(deps.store.db, userId);
  const [found, ...others] = all.filter(({ id, name }) => id === passkey || name === passkey);
  if (!found) throw new Refused(`There is no passkey ${printable(passkey)}.`);
  if (others.length > 0) throw new Refused('Several passkeys have this name. Use the ID, which --json shows.');
  accepted(await renamePasskey(deps, userId, found.id, to));
}

async function setting({ deps, text }: Call): Promise<Output> {
  const wanted = text('power-users');
  if (wanted !== undefined && wanted !== 'optional' && wanted !== 'required')
    throw new UsageError('--power-users must be optional or required.');
  if (wanted !== undefined) accepted(await setSecondFactor(deps, wanted));
  const state = await readSecondFactorState(deps);
  const lines = [`Second factor for Power Users: ${state.setting}`, secondFactorStateText(state)];
  if (state.without.length > 0) lines.push(`Without one: ${state.without.join(', ')}`);
  return { json: state, text: lines.join('\n') };
}
