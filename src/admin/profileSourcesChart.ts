/** One day of a chart; `day` is epoch milliseconds of midnight, UTC. */
export type CallsOfDay = { day: number; calls: number; failures: number };
/** A bar in a drawing of WIDTH by HEIGHT, with the part of refused calls at its foot. */
export type Bar = { x: number; y: number; height: number; refusedY: number; refusedHeight: number };

const DAY_MS = 86_400_000;
export const CHART = { width: 300, height: 84, bar: 13 };

/** The last days up to today, without gaps. */
export function lastDays(counted: CallsOfDay[], now: number, days: number): CallsOfDay[] {
  const today = Math.floor(now / DAY_MS) * DAY_MS;
  const known = new Map(counted.map((entry) => [Number(entry.day), entry]));
  return Array.from({ length: days }, (_, index) => {
    const day = today - (days - 1 - index) * DAY_MS;
    return { day, calls: known.get(day)?.calls ?? 0, failures: known.get(day)?.failures ?? 0 };
  });
}

/** The bars of some days; the busiest is as high as the drawing, and whatever is not nothing can be seen. */
export function barsOf(days: CallsOfDay[]): Bar[] {
  const most = Math.max(1, ...days.map(({ calls }) => calls));
  const step = CHART.width / days.length;
  const heightOf = (count: number) => (count === 0 ? 0 : Math.max(3, Math.round((count / most) * CHART.height)));
  return days.map(({ calls, failures }, index) => {
    const height = heightOf(calls);
    const refusedHeight = Math.min(height, heightOf(failures));
    return {
      x: Math.round(index * step + (step - CHART.bar) / 2),
      y: CHART.height - height,
      height,
      refusedY: CHART.height - refusedHeight,
      refusedHeight,
    };
  });
}
