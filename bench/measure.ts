/** Runs a task a number of times and returns the nanoseconds that it took. */
export type Runner = (times: number) => Promise<number>;

/** The measurements of one runner, in microseconds per run. */
export type Measured = { median: number; low: number; high: number };

/** Returns a runner for a task in this process. */
export function here(work: () => unknown): Runner {
  return async (times) => {
    const start = process.hrtime.bigint();
    for (let done = 0; done < times; done++) await work();
    return Number(process.hrtime.bigint() - start);
  };
}

/** Returns a runner for a synchronous task in this process. */
export function hereAtOnce(work: () => unknown): Runner {
  return async (times) => {
    const start = process.hrtime.bigint();
    for (let done = 0; done < times; done++) work();
    return Number(process.hrtime.bigint() - start);
  };
}

/**
 * Measures all runners in alternating rounds, so that noise on the machine affects them equally. Each one is warmed up for three
 * rounds, then runs for `milliseconds` in each of `rounds`. Returns medians, and the 10th and 90th percentiles.
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
