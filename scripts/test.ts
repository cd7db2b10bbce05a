// npm test                        everything
// npm test -- test/store FILE…    only these folders and files
// TEST_POSTGRES_URL names a PostgreSQL to use instead of the one from npm; the tests create databases on it.
import { spawn } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Outcome } from '../test/support/outcomeReporter.ts';
import { startPostgres } from '../test/support/postgresServer.ts';
import { chromiumPath } from './installChromium.ts';

const MEMORY_NEEDED = 2 * 2 ** 30; // bytes

const folder = mkdtempSync(join(scratchFolder(), 'anteroom-run-'));
const total: Outcome = { passed: 0, failures: [], slowest: [] };
const steps: string[] = [];

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
process.env.TEST_FOLDER = folder;
process.env.NODE_COMPILE_CACHE ??= resolve('node_modules', '.cache', 'anteroom'); // absolute, for tests that start programs in other folders

const selected = process.argv.slice(2);
if (selected.length > 0) await only(selected);
else await everything();
report();
process.exitCode = total.failures.length === 0 ? 0 : 1;

async function everything(): Promise<void> {
  await Promise.all([
    step('Types', () => check('typescript/bin/tsc')),
    step('Lint and format', () => check('@biomejs/biome/bin/biome', 'ci', ...plainText('--colors=off'))),
    step('PostgreSQL', preparePostgres),
    step('Chromium', prepareChromium),
  ]);
  await step('Tests', () => mocha('--parallel', `--jobs=${jobs()}`, ...testFiles()));
}

async function only(paths: string[]): Promise<void> {
  await step('Chromium', prepareChromium);
  await step('Tests', () => mocha('--recursive', '--ignore=test/**/support/**', ...paths));
}

/** Runs one step, measures it and counts its outcome; an error counts as one failure. */
async function step(name: string, work: () => Promise<Partial<Outcome>>): Promise<void> {
  process.stdout.write(`\n── ${name}\n`);
  const start = performance.now();
  const outcome = await work().catch((error: unknown): Partial<Outcome> => {
    return { failures: [`${name}\n${error instanceof Error ? error.message : error}`] };
  });
  const { passed = 0, failures = [], slowest = [] } = outcome;
  total.passed += passed;
  total.failures.push(...failures);
  total.slowest.push(...slowest);
  steps.push(
    `${failures.length === 0 ? 'ok    ' : 'FAILED'} ${name.padEnd(24)} ${inSeconds((performance.now() - start) / 1000)}`,
  );
}

async function preparePostgres(): Promise<Partial<Outcome>> {
  process.env.TEST_POSTGRES_URL ??= await startPostgres();
  return {};
}

async function prepareChromium(): Promise<Partial<Outcome>> {
  process.env.CHROMIUM_PATH = await chromiumPath();
  return {};
}

/** Runs a tool that passes or fails as a whole; it counts as one test. */
async function check(program: string, ...args: string[]): Promise<Partial<Outcome>> {
  const code = await run(program, args);
  return code === 0 ? { passed: 1 } : { failures: [`${program} failed; see its output above.`] };
}

async function mocha(...args: string[]): Promise<Partial<Outcome>> {
  const file = join(folder, 'outcome.json');
  const flags = [...plainText('--no-color'), '--reporter=./test/support/outcomeReporter.ts'];
  const code = await run('mocha/bin/mocha.js', [...flags, ...args], { OUTCOME_FILE: file });
  if (!existsSync(file)) throw new Error('Mocha stopped before it ran the tests.');
  const outcome: Outcome = JSON.parse(readFileSync(file, 'utf8'));
  if (code === 0 || outcome.failures.length > 0) return outcome;
  // A run can fail without a failed test, for example if a file cannot be loaded.
  return { ...outcome, failures: [`Mocha exited with ${code}; the reason is above.`] };
}

/** At least two, because tests wait for disks, databases and browsers; more do not pay, because the longest file takes as long. */
function jobs(): number {
  return Math.min(Math.max(availableParallelism(), 2), 4);
}

/** Returns all test files. Those that start a browser or a process come first: they take longest, and should not run alone at the end. */
function testFiles(): string[] {
  const files = globSync('test/**/*.test.ts').sort();
  const isLong = (file: string) => /\b(openBrowser|openPage|startChild|startServer)\b/.test(readFileSync(file, 'utf8'));
  return [...files.filter(isLong), ...files.filter((file) => !isLong(file))];
}

/** The folder for the data of tests: in memory if there is enough of it, because a database waits for the disk at each commit. */
function scratchFolder(): string {
  const memory = '/dev/shm';
  if (!existsSync(memory)) return tmpdir();
  const { bavail, bsize } = statfsSync(memory);
  return bavail * bsize >= MEMORY_NEEDED ? memory : tmpdir();
}

/** Prints the failures and the summary last, because people read a long log from its end. */
function report(): void {
  for (const failure of total.failures) process.stdout.write(`\n── Failed: ${failure}\n`);
  const slowest = total.slowest.map(({ file, seconds }) => `${inSeconds(seconds)} ${file}`);
  if (slowest.length > 0) process.stdout.write(`\nSlowest files:\n${slowest.join('\n')}\n`);
  process.stdout.write(`\n${steps.join('\n')}\n\n${total.passed} passed, ${total.failures.length} failed\n`);
}

function inSeconds(seconds: number): string {
  return `${seconds.toFixed(1).padStart(6)} s`;
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
