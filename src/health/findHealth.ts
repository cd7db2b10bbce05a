import type { Deps } from '../deps.ts';
import { checkAudit } from './audit.ts';
import { checkAuditSyslog } from './auditSyslog.ts';
import { checkClocks } from './clock.ts';
import { checkDomainKeys } from './domainKeys.ts';
import { checkDomains } from './domains.ts';
import type { HealthCheck, HealthItem } from './item.ts';
import { checkRefusals } from './logins.ts';
import { checkMail } from './mail.ts';
import { checkHelpContact, checkPowerUsers, checkSecondFactors } from './people.ts';
import { checkProviderSetups } from './providerSetups.ts';
import { checkProviders } from './providers.ts';
import { checkSilence } from './silence.ts';
import { checkSourceNotices } from './sourceNotices.ts';
import { checkSources } from './sources.ts';
import { checkWebhooks } from './webhooks.ts';

/** The one list of health checks, by area and in the order in which their items are shown. To add one, write it in a file here and list it. */
const checks = {
  logins: [
    checkSilence,
    checkDomains,
    checkDomainKeys,
    checkProviderSetups,
    checkProviders,
    checkClocks,
    checkRefusals,
  ],
  people: [checkPowerUsers, checkSecondFactors, checkSources, checkSourceNotices],
  intranet: [checkHelpContact, checkMail, checkWebhooks],
  audit: [checkAudit, checkAuditSyslog],
} as const satisfies Record<string, HealthCheck[]>;

export type HealthArea = keyof typeof checks;

const everyArea = Object.keys(checks) as HealthArea[];

/** Returns what needs attention, in one area or in all of them: the screens, the command line and notifications show the same. */
export async function findHealth(deps: Deps, areas: readonly HealthArea[] = everyArea): Promise<HealthItem[]> {
  const items: HealthItem[] = [];
  for (const check of areas.flatMap((area): readonly HealthCheck[] => checks[area])) items.push(...(await check(deps)));
  return items;
}
