/** One thing to measure: does the work so many times and gives the nanoseconds that it took. */
export type Runner = (times: number) => Promise<number>;

/** What was measured of one runner, in microseconds for each time. */
export type Measured = { median: number; low: number; high: number };

/** A runner for work that this process does. */
export function here(work: () => unknown): Runner {
  return async (times) => {
    const start = process.hrtime.bigint();
    for (let done = 0; done < times; done++) await work();
    return Number(process.hrtime.bigint() - start);
  };
}

/** A runner for work without a promise in it. */
export function hereAtOnce(work: () => unknown): Runner {
  return async (times) => {
    const start = process.hrtime.bigint();
    for (let done = 0; done < times; done++) work();
    return Number(process.hrtime.bigint() - start);
  };
}

/**
 * Measures all runners in turns, so that whatever slows the machine slows them alike. Each is warmed up for as long as a round takes three times, then runs
 * `milliseconds` in each of `rounds`. Gives medians and the tenth and ninetieth of a hundred parts.
 */
export async function interleave<Name extends string>(
  runners: Map<Name, Runner>,
  { rounds, milliseconds }: { rounds: number; milliseconds: number },
): Promise<Map<Name, Measured>> {
  const times = new Map<Name, number>();
  for (const [name, run] of runners) times.set(name, await warmUp(run, milliseconds));
  const samples = new Map<Name, number[]>([...runners.keys()].map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, run] of runners) {
      const count = times.get(name) ?? 1;
      samples.get(name)?.push((await run(count)) / count / 1000);
    }
  }
  return new Map([...samples].map(([name, all]) => [name, summarise(all)]));
}

async function warmUp(run: Runner, milliseconds: number): Promise<number> {
  let count = 1;
  let taken = await run(1);
  for (let spent = taken; spent < milliseconds * 3e6; spent += taken) {
    count = Math.max(1, Math.round((milliseconds * 1e6) / (taken / count)));
    count = Math.min(count, 100_000);
    taken = await run(count);
  }
  return Math.max(1, Math.round((milliseconds * 1e6) / (taken / count)));
}

function summarise(samples: number[]): Measured {
  const sorted = [...samples].sort((one, other) => one - other);
  const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN;
  return { median: at(0.5), low: at(0.1), high: at(0.9) };
}
