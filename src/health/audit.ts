import { readLastVerification } from '../audit/lastVerification.ts';
import { findUnsealedSince } from '../audit/seal.ts';
import { counted } from '../counted.ts';
import type { Deps } from '../deps.ts';
import { AUDIT_INTEGRITY } from '../paths.ts';
import type { HealthItem } from './item.ts';

/** Finds out whether the last verification of the audit log found faults, and whether new entries cannot join the chain. */
export async function checkAudit(deps: Deps): Promise<HealthItem[]> {
  const common = { severity: 'danger', subject: '', href: AUDIT_INTEGRITY } as const;
  const { result } = (await readLastVerification(deps)) ?? {};
  const since = await findUnsealedSince(deps);
  const items: HealthItem[] = [];
  if (result && result.faultCount > 0)
    items.push({
      ...common,
      code: 'audit_not_intact',
      text: `The audit log is not intact: ${counted(result.faultCount, 'fault')}`,
      detail: `Verified ${minuteOf(result.at)}: ${result.faults[0]?.sentence ?? ''} Find out who changed the database. Old entries are kept until the log is intact.`,
    });
  if (since !== undefined)
    items.push({
      ...common,
      code: 'audit_unsealed',
      text: `New audit entries have not joined the chain since ${minuteOf(since)}`,
      detail:
        'They are recorded, but changes to them would not be noticed: the end of the chain is damaged. Verify the audit log.',
    });
  return items;
}

function minuteOf(time: number): string {
  return `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
