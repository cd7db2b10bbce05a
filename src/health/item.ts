import type { Deps } from '../deps.ts';

/**
 * What health can find, by code. A code never changes its meaning: mails, webhooks and scripts know it. `notified` tells whether it is sent
 * out when it starts and ends; the others are matters of the setup, which are seen on the screen while it is set up.
 */
export const healthCodes = {
  domain_open_http: { notified: false },
  domain_not_set_up: { notified: false },
  default_provider_disabled: { notified: true },
  auto_login_untested: { notified: false },
  auto_login_paused: { notified: false },
  logins_not_returned: { notified: true },
  clock_wrong: { notified: true },
  provider_clock: { notified: true },
  own_certificate: { notified: true },
  key_rollover_still: { notified: true },
  provider_setup_arrived: { notified: true },
  metadata_waits: { notified: true },
  metadata_refresh: { notified: true },
  provider_certificate: { notified: true },
  provider_sha1: { notified: false },
  logins_failing: { notified: true },
  logins_refused: { notified: false },
  power_user_single: { notified: false },
  power_users_managed: { notified: false },
  power_users_without_password: { notified: true },
  power_users_without_second_factor: { notified: false },
  source_token: { notified: true },
  source_silent: { notified: true },
  source_rights: { notified: false },
  source_unknown_values: { notified: false },
  help_contact_missing: { notified: false },
  mail_failing: { notified: true },
  webhook_paused: { notified: true },
  webhook_failing: { notified: true },
  audit_not_intact: { notified: true },
  audit_unsealed: { notified: true },
  audit_syslog: { notified: true },
} as const satisfies Record<string, { notified: boolean }>;

export type HealthCode = keyof typeof healthCodes;

/** Something that needs attention: what it is about, in one sentence, with what to do. */
export type HealthItem = {
  code: HealthCode;
  severity: 'danger' | 'warning'; // it fails now, or it will or may
  subject: string; // the ID of what it is about, '' for the intranet; with the code, it identifies the item
  text: string;
  detail: string;
  reason?: string; // a reason code, shown in monospace after the detail
  href: string; // the path of the screen where it is fixed
  action?: { label: string; path: string; fields?: Record<string, string> }; // a POST to this path, such as Dismiss
  provider?: { id: string; text: string }; // what the contacts of this identity provider may read about it
  endsAt?: number; // when something expires or has expired, epoch milliseconds
};

/** Finds items of one kind. Reads and changes nothing. */
export type HealthCheck = (deps: Deps) => Promise<HealthItem[]>;
