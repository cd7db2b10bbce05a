import { readAuditDays } from '../audit/auditDays.ts';
import { type SyslogStatus, syslogStatus } from '../audit/syslog/status.ts';
import { counted } from '../counted.ts';
import type { Deps } from '../deps.ts';
import { AUDIT_INTEGRITY } from '../paths.ts';
import type { HealthItem } from './item.ts';
import { expiryText, SOON_MS } from './sentences.ts';

const DAY_MS = 86_400_000;
const FAILING_MS = 60_000; // shorter ones are restarts of the receiver

/** Finds out whether audit entries cannot be sent to syslog, and how many wait. */
export async function checkAuditSyslog(deps: Deps): Promise<HealthItem[]> {
  const status = await syslogStatus(deps);
  if (!status || status.failingSince === null || deps.now() - status.failingSince < FAILING_MS) return [];
  const { failingSince, error, receiver } = status;
  const since = new Date(failingSince).toISOString().slice(0, 16).replace('T', ' ');
  return [
    {
      code: 'audit_syslog',
      severity: 'danger',
      subject: '',
      text: `Audit entries have not reached syslog since ${since} UTC`,
      detail: `${receiver}: ${error} ${await waitingText(deps, status)}`,
      href: AUDIT_INTEGRITY,
    },
  ];
}

/** Says how many entries wait, and whether retention is faster than the receiver. */
async function waitingText({ store, now }: Deps, { waiting, oldestAt, missed }: SyslogStatus): Promise<string> {
  const days = await readAuditDays(store.db);
  const end = (oldestAt ?? now()) + days * DAY_MS;
  return [
    `${counted(waiting, 'entry waits', 'entries wait')} and will be sent once it works.`,
    ...(end - now() < SOON_MS ? [`They are kept for ${days} days: the oldest one ${expiryText(end, now())}.`] : []),
    ...(missed > 0 ? [`${counted(missed, 'entry was', 'entries were')} deleted before they could be sent.`] : []),
  ].join(' ');
}
