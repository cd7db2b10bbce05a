import type { Deps } from '../deps.ts';
import type { Application } from '../directory/types.ts';
import { planArrivals, planDepartures, planGroups } from './plan.ts';
import { provisionGroup } from './provisionGroups.ts';
import { provisionUser } from './provisionUsers.ts';

/** Counts over all applications. Failed steps are retried with the next change. */
export type SyncResult = { sent: number; failed: number };

/**
 * Sends the changes since the last run to every connected application: first people, then groups, then departures.
 * Runs are serialized.
 * @param passwords new passwords by person id, which are not stored in plain text
 */
export function synchronize(deps: Deps, passwords: Map<string, string> = new Map()): Promise<SyncResult> {
  const turn = deps.provisioning.last.then(async () => {
    const result = { sent: 0, failed: 0 };
    for (const application of deps.state.applications)
      if (application.identityManagement.active) await synchronizeOne(deps, application, passwords, result);
    deps.save();
    return result;
  });
  deps.provisioning.last = turn.catch(() => undefined);
  return turn;
}

async function synchronizeOne(
  deps: Deps,
  application: Application,
  passwords: Map<string, string>,
  result: SyncResult,
): Promise<void> {
  const count = (done: boolean) => {
    result[done ? 'sent' : 'failed'] += 1;
  };
  for (const step of planArrivals(deps.state, application, passwords))
    count(await provisionUser(deps, application, step, passwords));
  for (const step of planGroups(deps.state, application)) count(await provisionGroup(deps, application, step));
  for (const step of planDepartures(deps.state, application))
    count(await provisionUser(deps, application, step, passwords));
}
