import type { Deps } from '../deps.ts';
import { readSecondFactorState } from '../login/secondFactorSetting.ts';
import { GENERAL, NEW_PERSON, PEOPLE } from '../paths.ts';
import { readIntranetSettings } from '../people/intranetSettings.ts';
import { listProviders } from '../store/identityProviders.ts';
import { countPowerUsers } from '../store/users.ts';
import type { HealthItem } from './item.ts';

/** Finds out whether the settings depend on one person, on profile sources, or on the identity provider: then one fault shuts everyone out. */
export async function checkPowerUsers(deps: Deps): Promise<HealthItem[]> {
  const { active, unmanaged, withPassword } = await countPowerUsers(deps.store.db);
  if (active === 0) return [];
  const items: HealthItem[] = [];
  if (active === 1 && (await isInUse(deps))) items.push(single);
  if (unmanaged === 0) items.push(allManaged);
  if (withPassword === 0) items.push(withoutPassword);
  return items;
}

/** Finds Power Users who have yet to set up the second factor that the settings require. */
export async function checkSecondFactors(deps: Deps): Promise<HealthItem[]> {
  const { setting, without } = await readSecondFactorState(deps);
  const [count, [name]] = [without.length, without];
  if (setting !== 'required' || count === 0) return [];
  return [
    {
      code: 'power_users_without_second_factor',
      severity: 'warning',
      subject: '',
      text:
        count === 1
          ? `${name} has no second factor`
          : `${count.toLocaleString('en')} Power Users have no second factor`,
      detail: 'Until their next local login, their password alone is enough to set one up. Ask them to log in soon.',
      href: GENERAL,
    },
  ];
}

/** Finds a missing help contact: once people log in through a provider, they need one. */
export async function checkHelpContact(deps: Deps): Promise<HealthItem[]> {
  const { helpAddress } = await readIntranetSettings(deps.store.db);
  return helpAddress === '' && (await isInUse(deps)) ? [noHelpContact] : [];
}

async function isInUse({ store }: Deps): Promise<boolean> {
  return (await listProviders(store.db)).some(({ enabled }) => enabled);
}

const single: HealthItem = {
  code: 'power_user_single',
  severity: 'warning',
  subject: '',
  text: 'There is only one Power User',
  detail: 'While they are away, no one can repair a login. Make another person a Power User.',
  href: PEOPLE,
};

const allManaged: HealthItem = {
  code: 'power_users_managed',
  severity: 'warning',
  subject: '',
  text: 'All Power Users are managed by profile sources',
  detail: 'The provider can deactivate all of them but one. Add a Power User by hand, with a local password.',
  href: NEW_PERSON,
};

const withoutPassword: HealthItem = {
  code: 'power_users_without_password',
  severity: 'warning',
  subject: '',
  text: 'No Power User has a local password',
  detail: 'If the identity provider fails, no one can log in to repair it. Set a local password for a Power User.',
  href: PEOPLE,
};

const noHelpContact: HealthItem = {
  code: 'help_contact_missing',
  severity: 'warning',
  subject: '',
  text: 'There is no help address',
  detail: 'People whose login fails see no one to ask. Enter an e-mail or web address.',
  href: GENERAL,
};
