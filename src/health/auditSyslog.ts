import { syslogStatus } from '../audit/syslog/status.ts';
import type { Deps } from '../deps.ts';
import { AUDIT } from '../paths.ts';
import type { HealthItem } from './item.ts';

const FAILING_MS = 60_000; // shorter ones are restarts of the receiver

/** Finds out whether audit entries cannot be sent to syslog, and how many wait. */
export async function checkAuditSyslog(deps: Deps): Promise<HealthItem[]> {
  const status = await syslogStatus(deps);
  if (!status || status.failingSince === null || deps.now() - status.failingSince < FAILING_MS) return [];
  const { failingSince, error, waiting, missed, receiver } = status;
  const since = new Date(failingSince).toISOString().slice(0, 16).replace('T', ' ');
  return [
    {
      code: 'audit_syslog',
      severity: 'danger',
      subject: '',
      text: `Audit entries have not reached syslog since ${since} UTC`,
      detail: `${receiver}: ${error} ${waitingText(waiting, missed)}`,
      href: AUDIT,
    },
  ];
}

function waitingText(waiting: number, missed: number): string {
  const kept = `${entries(waiting)} ${waiting === 1 ? 'waits' : 'wait'} and will be sent once it works.`;
  return missed === 0 ? kept : `${kept} ${entries(missed)} were deleted before they could be sent.`;
}

function entries(count: number): string {
  return `${count.toLocaleString('en')} ${count === 1 ? 'entry' : 'entries'}`;
}
