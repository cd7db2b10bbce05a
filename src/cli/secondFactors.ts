import { readSecondFactorState, secondFactorStateText, setSecondFactor } from '../login/secondFactorSetting.ts';
import { findSecondFactors, resetSecondFactors, secondFactorsText } from '../login/secondFactors.ts';
import { nameOf } from '../people/users.ts';
import { accepted, type Call, type Command, isoTime, type Output, printable, UsageError } from './command.ts';
import { userNamed } from './userNamed.ts';

export const secondFactorCommands: Command[] = [
  {
    name: 'user second-factor',
    operands: 'NAME',
    summary: 'Show the second factors of a person, or remove all of them and end their sessions.',
    options: { remove: { help: 'Remove them: the password alone is enough again.' } },
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

async function ofPerson({ deps, operands, has }: Call): Promise<Output> {
  const user = await userNamed(deps, operands[0]);
  if (has('remove')) await resetSecondFactors(deps, user.id);
  const factors = await findSecondFactors(deps.store.db, user.id);
  const { app, passkeys, recoveryCodes } = factors;
  const json = {
    userName: user.userName,
    authenticatorApp: app ? { createdAt: isoTime(app.createdAt), lastUsedAt: isoTime(app.lastUsedAt) } : null,
    passkeys: passkeys.map(({ name, rpId, createdAt, lastUsedAt }) => ({
      ...{ name, host: rpId },
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
