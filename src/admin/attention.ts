import type { Deps } from '../deps.ts';
import { findHealth, type HealthArea } from '../health/findHealth.ts';
import type { HealthCode, HealthItem } from '../health/item.ts';

/** An entry of Needs attention. */
export type Attention = HealthItem & { icon: string };

/** Returns the entries of Needs attention, in one area or in all of them. */
export async function findAttention(deps: Deps, areas?: HealthArea[]): Promise<Attention[]> {
  return (await findHealth(deps, areas)).map((item) => ({ ...item, icon: icons[item.code] }));
}

const icons: Record<HealthCode, string> = {
  domain_open_http: 'lock-open',
  domain_not_set_up: 'world',
  default_provider_disabled: 'plug-connected-x',
  auto_login_untested: 'login-2',
  auto_login_paused: 'player-pause',
  logins_not_returned: 'arrow-back-up',
  clock_wrong: 'clock',
  provider_clock: 'clock',
  own_certificate: 'certificate',
  key_rollover_still: 'key',
  provider_setup_arrived: 'inbox',
  metadata_waits: 'certificate',
  metadata_refresh: 'refresh',
  provider_certificate: 'certificate',
  provider_sha1: 'shield-half',
  logins_failing: 'user-x',
  logins_refused: 'user-x',
  power_user_single: 'user-shield',
  power_users_managed: 'user-shield',
  power_users_without_password: 'user-shield',
  power_users_without_second_factor: 'shield-lock',
  source_token: 'key',
  source_silent: 'plug-connected',
  source_rights: 'shield-half',
  source_unknown_values: 'alert-triangle',
  help_contact_missing: 'lifebuoy',
  mail_failing: 'mail-x',
  webhook_paused: 'webhook',
  webhook_failing: 'webhook',
  audit_not_intact: 'shield-x',
  audit_unsealed: 'link-off',
  audit_syslog: 'cloud-upload',
};
