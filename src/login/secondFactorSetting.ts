import { counted } from '../counted.ts';
import type { Deps } from '../deps.ts';
import { type Checked, type FieldErrors, invalid } from '../errors.ts';
import { type IntranetSettings, readIntranetSettings, saveIntranetSettings } from '../people/intranetSettings.ts';
import { hasSecondFactor, listPowerUserFactors } from '../store/secondFactors.ts';
import { findPasswordHash } from '../store/users.ts';

export type SecondFactorSetting = IntranetSettings['secondFactor'];

/** What the setting means now: how many Power Users can log in with a password, and which of them have no second factor. */
export type SecondFactorState = { setting: SecondFactorSetting; powerUsers: number; without: string[] };

/** Returns the setting, and which people it concerns. */
export async function readSecondFactorState({ store }: Deps): Promise<SecondFactorState> {
  const { secondFactor: setting } = await readIntranetSettings(store.db);
  const all = await listPowerUserFactors(store.db);
  const without = all.filter(({ hasFactor }) => !hasFactor).map(({ userName }) => userName);
  return { setting, powerUsers: all.length, without };
}

/** Returns the state in words. */
export function secondFactorStateText({ setting, powerUsers, without }: SecondFactorState): string {
  const count = counted(powerUsers, 'Power User can', 'Power Users can');
  if (without.length === 0) return `${count} log in with a password, and all have a second factor.`;
  const none = `${without.length.toLocaleString('en')} of them ${without.length === 1 ? 'has' : 'have'} no second factor`;
  const must = setting === 'required' ? 'must set one up' : 'would have to set one up';
  return `${count} log in with a password. ${none} and ${must} at the next local login.`;
}

/**
 * Returns why a person cannot require a second factor yet: they have none themselves, and would be the first to be stopped. Someone without a
 * local password is not concerned.
 */
export async function ownFactorErrors(
  { store }: Deps,
  before: SecondFactorSetting,
  wanted: string,
  userId: string,
): Promise<FieldErrors> {
  if (wanted !== 'required' || before === 'required') return {};
  const needsOne = (await findPasswordHash(store.db, userId)) !== undefined;
  if (!needsOne || (await hasSecondFactor(store.db, userId))) return {};
  return { secondFactor: 'Set up a second factor for yourself first: My profile > Security.' };
}

/** Sets whether Power Users need a second factor for local logins. */
export async function setSecondFactor(deps: Deps, secondFactor: SecondFactorSetting): Promise<Checked<void>> {
  const saved = await saveIntranetSettings(deps, { ...(await readIntranetSettings(deps.store.db)), secondFactor });
  return saved.ok ? { ok: true, value: undefined } : invalid(saved.errors);
}
