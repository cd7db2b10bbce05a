import type { Deps } from '../deps.ts';
import { countOutcomesByDay } from '../store/loginCounts.ts';
import { listCalls } from '../store/profileSources.ts';

const DAY_MS = 86_400_000;
const DAYS = 14;
const HEIGHT = 76; // of the highest bar in the drawing, which has a base line of 4 below
const STEP = 21;
const MIN_HEIGHT = 3; // so that 1 among thousands is visible

const dayName = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'long', timeZone: 'UTC' });

/** One day of a bar chart, 300 wide and 80 high: the numbers of successes and refusals, and the position of their bars. */
export type DayBar = {
  name: string; // 'March 2'
  succeeded: number;
  refused: number;
  x: number;
  succeededHeight: number;
  refusedHeight: number;
};

/** Returns the logins of the last 14 days (UTC), today last. */
export async function loginBars({ store, now }: Deps): Promise<DayBar[]> {
  const today = Math.floor(now() / DAY_MS);
  const counts = await countOutcomesByDay(store.db, lastDays(today));
  const of = (day: number, outcome: string) =>
    counts.find((count) => count.day === day && count.outcome === outcome)?.count ?? 0;
  return barsOf(today, (day) => ({ succeeded: of(day, 'logged_in'), refused: of(day, 'refused') }));
}

/** Returns the requests of a profile source in the last 14 days. */
export async function requestBars({ store, now }: Deps, sourceId: string): Promise<DayBar[]> {
  const today = Math.floor(now() / DAY_MS);
  const counted = await listCalls(store.db, sourceId, (today - DAYS + 1) * DAY_MS);
  return barsOf(today, (day) => {
    const { calls = 0, failures = 0 } = counted.find((entry) => Number(entry.day) === day * DAY_MS) ?? {};
    return { succeeded: calls - failures, refused: failures };
  });
}

function lastDays(today: number): number[] {
  return Array.from({ length: DAYS }, (_, index) => today - DAYS + 1 + index);
}

function barsOf(today: number, countsOf: (day: number) => Pick<DayBar, 'succeeded' | 'refused'>): DayBar[] {
  const days = lastDays(today).map((day) => ({
    name: dayName.format(day * DAY_MS),
    ...countsOf(day),
  }));
  const most = Math.max(1, ...days.map(({ succeeded, refused }) => succeeded + refused));
  const height = (count: number) => (count === 0 ? 0 : Math.max(MIN_HEIGHT, Math.round((count / most) * HEIGHT)));
  return days.map((day, index) => ({
    ...day,
    x: 4 + index * STEP,
    succeededHeight: height(day.succeeded),
    refusedHeight: height(day.refused),
  }));
}
