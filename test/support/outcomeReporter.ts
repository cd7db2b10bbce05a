import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import Mocha from 'mocha';

const SLOWEST = 10;

/** The outcome of a run of Mocha: the number of passed tests, the failures, and the slowest files. */
export type Outcome = { passed: number; failures: string[]; slowest: { file: string; seconds: number }[] };

/** Mocha's default report, which also writes the outcome as JSON to the file OUTCOME_FILE. */
class OutcomeReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const file = process.env.OUTCOME_FILE;
    const durations = new Map<string, number>();
    const count = ({ file: name = '', duration = 0 }: Mocha.Runnable) =>
      durations.set(name, (durations.get(name) ?? 0) + duration);
    runner.on('test end', count).on('hook end', count);
    let ended = false;
    runner.once('end', () => {
      ended = true;
    });
    // Mocha may exit in the middle of a run, if a process of its pool dies.
    process.once('exit', () => {
      const failures = this.failures.map(
        (test) => `${test.fullTitle()}\n${test.err?.stack ?? test.err?.message ?? ''}`,
      );
      if (!ended) failures.push('Mocha exited before it had run all tests.');
      const outcome: Outcome = { passed: this.stats.passes, failures, slowest: slowestOf(durations) };
      if (file) writeFileSync(file, JSON.stringify(outcome));
    });
  }
}

function slowestOf(durations: Map<string, number>): Outcome['slowest'] {
  const known = [...durations].filter(([file]) => file !== '');
  const sorted = known.sort(([, one], [, other]) => other - one).slice(0, SLOWEST);
  return sorted.map(([file, milliseconds]) => ({ file: relative('', file), seconds: milliseconds / 1000 }));
}

export { OutcomeReporter as 'module.exports' };
