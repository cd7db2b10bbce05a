import type { Slice } from '../../db/longReads.ts';
import type { Deps } from '../../deps.ts';
import { explain } from '../../federation/reasons.ts';
import { listProviders } from '../../store/identityProviders.ts';
import type { ActivityFilter } from '../../store/loginSearch.ts';
import { type CountedLogins, surveyLogins } from '../../store/loginSurvey.ts';

const DAY_MS = 86_400_000;
const DAYS = 14; // without a start
const MOST_BARS = 31;
const MOST_SERIES = 5; // with colors of their own
const MOST_REASONS = 6;
const MOST_SLICES = 100; // 200,000 attempts
const [WIDTH, HEIGHT] = [300, 76]; // of the bars in the drawing
const MIN_HEIGHT = 2; // so that 1 among thousands is visible

const dayName = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'long', timeZone: 'UTC' });

/** A bar of one day, or of several if the period is long: its parts from the bottom up, in the order of the series. */
export type LoginBar = {
  name: string; // 'March 2'
  counts: number[];
  x: number;
  width: number;
  parts: { series: number; y: number; height: number }[];
};

/** The charts of Login activity: logins a day by provider, and refusals by reason. */
export type LoginCharts = {
  period: string; // 'February 17 to March 2'
  daysPerBar: number;
  series: { name: string; total: number }[];
  bars: LoginBar[];
  refused: number;
  reasons: { reason: string; title: string; count: number; width: number }[]; // width: of 100
  otherReasons: number; // refusals for other reasons
  countedTo: number | undefined; // set if there were too many attempts to count them all
};

/** Counts the attempts that meet a filter in its period, or in the 14 days before its end. */
export async function loginCharts(deps: Deps, filter: ActivityFilter, slice: Slice): Promise<LoginCharts> {
  const { store, now } = deps;
  const lastDay = Math.floor((Math.min(filter.until ?? Infinity, now() + 1) - 1) / DAY_MS);
  const from = filter.from ?? (lastDay - DAYS + 1) * DAY_MS;
  const firstDay = Math.min(Math.floor(from / DAY_MS), lastDay);
  const { counts, countedTo } = await surveyLogins(store.db, { ...filter, from }, { slice, most: MOST_SLICES });
  const names = new Map((await listProviders(store.db)).map(({ id, name }) => [id, name]));
  return {
    period: firstDay === lastDay ? nameOf(firstDay) : `${nameOf(firstDay)} to ${nameOf(lastDay)}`,
    ...loginBars(counts, { firstDay, lastDay, names }),
    ...refusals(counts),
    countedTo,
  };
}

type Span = { firstDay: number; lastDay: number; names: Map<string, string> };

function loginBars(counts: CountedLogins[], { firstDay, lastDay, names }: Span) {
  const logins = counts.filter(({ outcome }) => outcome === 'logged_in');
  const nameIn = ({ providerId, isLocal }: CountedLogins) =>
    isLocal ? 'Local login' : (names.get(providerId ?? '') ?? 'Removed provider');
  const totals = summed(logins, nameIn);
  const own = totals.length > MOST_SERIES ? totals.slice(0, MOST_SERIES - 1) : totals;
  const others = totals.slice(own.length).reduce((sum, { total }) => sum + total, 0);
  const series = others > 0 ? [...own, { name: 'Others', total: others }] : own;
  const daysPerBar = Math.ceil((lastDay - firstDay + 1) / MOST_BARS);
  const length = Math.ceil((lastDay - firstDay + 1) / daysPerBar);
  const rows = Array.from({ length }, () => series.map(() => 0));
  for (const login of logins) {
    const row = rows[Math.floor((login.day - firstDay) / daysPerBar)];
    const at = own.findIndex(({ name }) => name === nameIn(login));
    const place = at === -1 ? series.length - 1 : at;
    if (row) row[place] = (row[place] ?? 0) + login.count;
  }
  const highest = Math.max(1, ...rows.map((row) => row.reduce((sum, count) => sum + count, 0)));
  const step = WIDTH / length;
  const bars = rows.map((row, index) => ({
    name: nameOf(firstDay + index * daysPerBar),
    counts: row,
    x: round(index * step),
    width: round(Math.max(1, step * 0.7)),
    parts: stacked(row, highest),
  }));
  return { daysPerBar, series, bars };
}

function stacked(counts: number[], highest: number): LoginBar['parts'] {
  let top = HEIGHT + 4;
  return counts.flatMap((count, series) => {
    if (count === 0) return [];
    const height = round(Math.max(MIN_HEIGHT, (count / highest) * HEIGHT));
    top = round(top - height);
    return [{ series, y: top, height }];
  });
}

function refusals(counts: CountedLogins[]): Pick<LoginCharts, 'refused' | 'reasons' | 'otherReasons'> {
  const refused = counts.filter(({ outcome }) => outcome === 'refused');
  const totals = summed(refused, ({ reason }) => reason ?? '');
  const shown = totals.slice(0, MOST_REASONS);
  const sum = (some: { total: number }[]) => some.reduce((all, { total }) => all + total, 0);
  const most = shown[0]?.total ?? 1;
  return {
    refused: sum(totals),
    reasons: shown.map(({ name, total }) => {
      const { title } = explain(name, undefined);
      return {
        reason: name,
        title: title.charAt(0).toUpperCase() + title.slice(1),
        count: total,
        width: Math.max(1, round((100 * total) / most)),
      };
    }),
    otherReasons: sum(totals.slice(MOST_REASONS)),
  };
}

function summed(counts: CountedLogins[], nameIn: (count: CountedLogins) => string): { name: string; total: number }[] {
  const totals = new Map<string, number>();
  for (const each of counts) totals.set(nameIn(each), (totals.get(nameIn(each)) ?? 0) + each.count);
  return [...totals]
    .map(([name, total]) => ({ name, total }))
    .sort((one, other) => other.total - one.total || one.name.localeCompare(other.name));
}

function nameOf(day: number): string {
  return dayName.format(day * DAY_MS);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
