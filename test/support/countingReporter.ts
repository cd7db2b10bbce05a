import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';

/** Mocha's own report, and at the end how many tests passed and failed, as JSON in the file that COUNTS_FILE names. */
class CountingReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const file = process.env.COUNTS_FILE;
    runner.once('end', () => {
      const { passes, failures } = this.stats;
      if (file) writeFileSync(file, JSON.stringify({ passed: passes, failed: failures }));
    });
  }
}

export { CountingReporter as 'module.exports' };
