import type { Deps } from '../deps.ts';
import { countOutcomesByDay } from '../store/loginActivity.ts';
import { listCalls } from '../store/profileSources.ts';

const DAY_MS = 86_400_000;
const DAYS = 14;
const HEIGHT = 76; // of the bars, in the units of the drawing; below them is a line of 4
const STEP = 21;
const LEAST = 3; // so that one among thousands can still be seen

const dayName = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'long', timeZone: 'UTC' });

/** One day of a drawing 300 wide and 80 high: how often something went well and was refused, and where its two bars stand. */
export type DayBar = {
  name: string; // 'March 2'
  good: number;
  refused: number;
  x: number;
  goodHeight: number;
  refusedHeight: number;
};

/** The sign-ins of the last 14 days (whole days of UTC, today the last). */
export async function loginBars({ store, now }: Deps): Promise<DayBar[]> {
  const today = Math.floor(now() / DAY_MS);
  const counts = await countOutcomesByDay(store.db, (today - DAYS + 1) * DAY_MS);
  const of = (day: number, outcome: string) =>
    counts.find((count) => count.day === day && count.outcome === outcome)?.count ?? 0;
  return barsOf(today, (day) => ({ good: of(day, 'logged_in'), refused: of(day, 'refused') }));
}

/** The calls of a profile source in the last 14 days. */
export async function callBars({ store, now }: Deps, sourceId: string): Promise<DayBar[]> {
  const today = Math.floor(now() / DAY_MS);
  const counted = await listCalls(store.db, sourceId, (today - DAYS + 1) * DAY_MS);
  return barsOf(today, (day) => {
    const { calls = 0, failures = 0 } = counted.find((entry) => Number(entry.day) === day * DAY_MS) ?? {};
    return { good: calls - failures, refused: failures };
  });
}

function barsOf(today: number, countsOf: (day: number) => Pick<DayBar, 'good' | 'refused'>): DayBar[] {
  const days = Array.from({ length: DAYS }, (_, index) => today - DAYS + 1 + index).map((day) => ({
    name: dayName.format(day * DAY_MS),
    ...countsOf(day),
  }));
  const most = Math.max(1, ...days.map(({ good, refused }) => good + refused));
  const height = (count: number) => (count === 0 ? 0 : Math.max(LEAST, Math.round((count / most) * HEIGHT)));
  return days.map((day, index) => ({
    ...day,
    x: 4 + index * STEP,
    goodHeight: height(day.good),
    refusedHeight: height(day.refused),
  }));
}
