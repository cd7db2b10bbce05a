import type { Deps } from '../deps.ts';
import { countOutcomesByDay } from '../store/signInActivity.ts';

const DAY_MS = 86_400_000;
const DAYS = 14;
const HEIGHT = 76; // of the bars, in the units of the drawing; below them is a line of 4
const STEP = 21;
const LEAST = 3; // so that one among thousands can still be seen

const dayName = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'long', timeZone: 'UTC' });

/** One day of the drawing: how many came in and were refused, and where its two bars stand. */
export type DayBar = {
  name: string; // 'March 2'
  signedIn: number;
  refused: number;
  x: number;
  signedInHeight: number;
  refusedHeight: number;
};

/** The sign-ins of the last 14 days (whole days of UTC, today the last), ready to be drawn 300 wide and 80 high. */
export async function signInBars(deps: Deps): Promise<DayBar[]> {
  const today = Math.floor(deps.now() / DAY_MS);
  const counts = await countOutcomesByDay(deps.store.db, (today - DAYS + 1) * DAY_MS);
  const of = (day: number, outcome: string) =>
    counts.find((count) => count.day === day && count.outcome === outcome)?.count ?? 0;
  const days = Array.from({ length: DAYS }, (_, index) => today - DAYS + 1 + index).map((day) => ({
    name: dayName.format(day * DAY_MS),
    signedIn: of(day, 'signed_in'),
    refused: of(day, 'refused'),
  }));
  const most = Math.max(1, ...days.map(({ signedIn, refused }) => signedIn + refused));
  const height = (count: number) => (count === 0 ? 0 : Math.max(LEAST, Math.round((count / most) * HEIGHT)));
  return days.map((day, index) => ({
    ...day,
    x: 4 + index * STEP,
    signedInHeight: height(day.signedIn),
    refusedHeight: height(day.refused),
  }));
}
