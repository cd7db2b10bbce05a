import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';

/** Mocha's own report, and at the end how many tests passed and which failed, as JSON in the file that OUTCOME_FILE names. */
class OutcomeReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const file = process.env.OUTCOME_FILE;
    runner.once('end', () => {
      const failures = this.failures.map(
        (test) => `${test.fullTitle()}\n${test.err?.stack ?? test.err?.message ?? ''}`,
      );
      if (file) writeFileSync(file, JSON.stringify({ passed: this.stats.passes, failures }));
    });
  }
}

export { OutcomeReporter as 'module.exports' };
