import { counted } from '../counted.ts';
import type { Deps } from '../deps.ts';
import { explain } from '../federation/reasons.ts';
import { ACTIVITY } from '../paths.ts';
import { countRefusedPeople } from '../store/loginCounts.ts';
import type { HealthItem } from './item.ts';

const DAY_MS = 86_400_000;
const MANY = 5; // people refused for the same reason: it is not about them

/** Finds the reasons for which people were refused in the last 24 hours, with their number. */
export async function checkRefusals({ store, now }: Deps): Promise<HealthItem[]> {
  const refused = await countRefusedPeople(store.db, now() - DAY_MS);
  return refused.map(({ reason, people, isLeast }) => {
    const who = counted(people, 'person was', 'people were');
    const { title } = explain(reason, undefined);
    return {
      code: people >= MANY ? 'logins_failing' : 'logins_refused',
      severity: 'danger',
      subject: reason,
      text: `${isLeast ? `At least ${who}` : who} refused in the last 24 hours`,
      detail: `${title.charAt(0).toUpperCase()}${title.slice(1)}:`,
      reason,
      href: `${ACTIVITY}?${new URLSearchParams({ q: reason, outcome: 'refused' })}`,
    };
  });
}
