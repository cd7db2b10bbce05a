import type { Deps } from '../deps.ts';
import { renamePasskey } from '../login/renamePasskey.ts';
import { readSecondFactorState, secondFactorStateText, setSecondFactor } from '../login/secondFactorSetting.ts';
import {
  findSecondFactors,
  resetSecondFactors,
  type SecondFactors,
  secondFactorsText,
} from '../login/secondFactors.ts';
import { nameOf } from '../people/users.ts';
import { listPasskeys } from '../store/secondFactors.ts';
import { accepted, command, Refused, UsageError } from './command.ts';
import { flag, oneOf, text } from './options.ts';
import { isoTime } from './print.ts';
import { person } from './targets.ts';

export const secondFactorCommands = [
  command({
    name: 'user second-factor',
    operands: [person],
    summary: 'Show the second factors of a person, rename a passkey, or remove all of them and end their sessions.',
    options: {
      rename: text('PASSKEY', 'The passkey to rename (ID or name), with --to.'),
      to: text('NAME', 'Its new name.'),
      remove: flag('Remove them: the password alone is enough again.'),
    },
    async run({ deps, options }, user) {
      await rename(deps, user.id, options.rename, options.to);
      if (options.remove) await resetSecondFactors(deps, user.id);
      const factors = await findSecondFactors(deps.store.db, user.id);
      const json = { userName: user.userName, ...asJson(factors) };
      if (options.remove)
        return { json, text: `${nameOf(user)} has no second factor any more, and is logged out everywhere.` };
      const lines = [
        `Second factor of ${nameOf(user)}: ${secondFactorsText(factors)}`,
        ...factors.passkeys.map(({ name, rpId }) => `  ${name} (${rpId})`),
        `Recovery codes left: ${factors.recoveryCodes}`,
      ];
      return { json, text: lines.join('\n') };
    },
  }),
  command({
    name: 'second-factor',
    summary: 'Show or set whether Power Users need a second factor for local logins.',
    options: { powerUsers: oneOf(['optional', 'required'], 'Whether they need one.') },
    notes:
      'A Power User without one sets it up right after the next local login. Logins through identity providers need none here.',
    async run({ deps, options: { powerUsers } }) {
      if (powerUsers !== undefined) accepted(await setSecondFactor(deps, powerUsers));
      const state = await readSecondFactorState(deps);
      const lines = [`Second factor for Power Users: ${state.setting}`, secondFactorStateText(state)];
      if (state.without.length > 0) lines.push(`Without one: ${state.without.join(', ')}`);
      return { json: state, text: lines.join('\n') };
    },
  }),
];

function asJson({ app, passkeys, recoveryCodes }: SecondFactors) {
  return {
    authenticatorApp: app ? { createdAt: isoTime(app.createdAt), lastUsedAt: isoTime(app.lastUsedAt) } : null,
    passkeys: passkeys.map(({ id, name, rpId, createdAt, lastUsedAt }) => ({
      ...{ id, name, host: rpId },
      ...{ createdAt: isoTime(createdAt), lastUsedAt: isoTime(lastUsedAt) },
    })),
    recoveryCodes,
  };
}

async function rename(deps: Deps, userId: string, passkey: string | undefined, to: string | undefined): Promise<void> {
  if (passkey === undefined && to === undefined) return;
  if (passkey === undefined || to === undefined) throw new UsageError('--rename and --to belong together.');
  const all = await listPasskeys(deps.store.db, userId);
  const [found, ...others] = all.filter(({ id, name }) => id === passkey || name === passkey);
  if (!found) throw new Refused(`There is no passkey ${passkey}.`);
  if (others.length > 0) throw new Refused('Several passkeys have this name. Use the ID, which --json shows.');
  accepted(await renamePasskey(deps, userId, found.id, to));
}
