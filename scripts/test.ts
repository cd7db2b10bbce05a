// npm test                        everything
// npm test -- test/store FILE…    mocha on these alone
// TEST_POSTGRES_URL names a PostgreSQL on which databases may be made, where it shall not be the one of npm.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startPostgres } from '../test/support/postgresServer.ts';
import { chromiumPath } from './installChromium.ts';

/** How many tests passed, and what each that failed has to say. */
type Outcome = { passed: number; failures: string[] };

const folder = mkdtempSync(join(tmpdir(), 'anteroom-run-'));
const total: Outcome = { passed: 0, failures: [] };
const steps: string[] = [];

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

const chosen = process.argv.slice(2);
if (chosen.length > 0) await only(chosen);
else await everything();
// Last, because the end is what is read of a long log.
for (const failure of total.failures) process.stdout.write(`\n── Failed: ${failure}\n`);
process.stdout.write(`\n${steps.join('\n')}\n\n${total.passed} passed, ${total.failures.length} failed\n`);
process.exitCode = total.failures.length === 0 ? 0 : 1;

async function everything(): Promise<void> {
  await step('Types', () => check('typescript/bin/tsc'));
  await step('Lint and format', () => check('@biomejs/biome/bin/biome', 'ci', ...plainText('--colors=off')));
  await step('PostgreSQL', preparePostgres);
  await step('Chromium', prepareChromium);
  await step('Units, HTTP and storage', () =>
    mocha('--parallel', '--jobs=2', '--ignore=test/e2e/**', 'test/**/*.test.ts'),
  );
  await step('Browser', () => mocha('test/e2e/**/*.test.ts'));
}

async function only(paths: string[]): Promise<void> {
  await step('Chromium', prepareChromium);
  await step('Tests', () => mocha('--recursive', '--ignore=test/**/support/**', ...paths));
}

/** Does one thing, says how long it took, and counts the outcome; an error counts as one failure. */
async function step(name: string, work: () => Promise<Outcome>): Promise<void> {
  process.stdout.write(`\n── ${name}\n`);
  const start = performance.now();
  const { passed, failures } = await work().catch((error: unknown) => ({
    passed: 0,
    failures: [`${name}\n${error instanceof Error ? error.message : error}`],
  }));
  total.passed += passed;
  total.failures.push(...failures);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  steps.push(`${failures.length === 0 ? 'ok    ' : 'FAILED'} ${name.padEnd(24)} ${seconds.padStart(6)} s`);
}

async function preparePostgres(): Promise<Outcome> {
  process.env.TEST_POSTGRES_URL ??= await startPostgres();
  return { passed: 0, failures: [] };
}

async function prepareChromium(): Promise<Outcome> {
  process.env.CHROMIUM_PATH = chromiumPath();
  return { passed: 0, failures: [] };
}

/** A tool that finds faults or does not counts as one test. */
async function check(program: string, ...args: string[]): Promise<Outcome> {
  const found = (await run(program, args)) !== 0;
  return found ? { passed: 0, failures: [`${program} found faults; they are above.`] } : { passed: 1, failures: [] };
}

async function mocha(...args: string[]): Promise<Outcome> {
  const file = join(folder, 'outcome.json');
  rmSync(file, { force: true });
  const code = await run(
    'mocha/bin/mocha.js',
    [...plainText('--no-color'), '--reporter=./test/support/outcomeReporter.ts', ...args],
    {
      OUTCOME_FILE: file,
    },
  );
  if (!existsSync(file)) throw new Error('Mocha ended without running the tests.');
  const { passed, failures }: Outcome = JSON.parse(readFileSync(file, 'utf8'));
  if (code === 0 || failures.length > 0) return { passed, failures };
  // A run can fail without a test that does, as when a file cannot be loaded.
  return { passed, failures: [`Mocha ended with ${code}; the reason is above.`] };
}

/** The flag that keeps colours out of a log. */
function plainText(flag: string): string[] {
  return process.stdout.isTTY ? [] : [flag];
}

function run(program: string, args: string[], env: Record<string, string> = {}): Promise<number> {
  const options = { stdio: 'inherit', env: { ...process.env, ...env } } as const;
  const child = spawn(process.execPath, [join('node_modules', program), ...args], options);
  process.once('exit', () => child.kill());
  return new Promise((resolve, reject) => child.on('error', reject).on('exit', (code) => resolve(code ?? 1)));
}
