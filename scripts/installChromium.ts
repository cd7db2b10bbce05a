import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { findChromium } from '../test/support/chromium.ts';

const PLAYWRIGHT = 'node_modules/playwright-core/cli.js';
const LOCK_SECONDS = 600;
const PAUSE_SECONDS = 20;

/** How Chromium is installed by hand, for the first of these programs that the machine has. */
const byHand: Record<string, string> = {
  'apt-get': 'sudo apt-get install chromium',
  dnf: 'sudo dnf install chromium',
  zypper: 'sudo zypper install chromium',
  pacman: 'sudo pacman -S chromium',
  apk: 'apk add chromium',
  brew: 'brew install --cask google-chrome',
};

/**
 * Returns the path of a Chromium or Chrome. If there is none, installs one: with apt-get as root or with a sudo that needs no password,
 * otherwise with Playwright.
 * @param pause waits between two attempts to get the lock of apt
 * @throws Error that says what to install
 */
export async function chromiumPath(pause: (seconds: number) => Promise<unknown> = sleep): Promise<string> {
  if (process.env.CHROMIUM_PATH && !findChromium())
    throw new Error(`CHROMIUM_PATH is ${process.env.CHROMIUM_PATH}, which is not a browser that runs.`);
  const found = findChromium() ?? (await install(pause));
  if (found) return found;
  const command = Object.entries(byHand).find(([program]) => isOnPath(program))?.[1];
  throw new Error(
    'The browser tests need Chromium or Chrome, and it could not be installed. Install it with ' +
      `${command ? `\`${command}\` or ` : ''}\`npx playwright-core install --with-deps chromium\`, ` +
      'or set CHROMIUM_PATH to its executable. Then run npm test again.',
  );
}

async function install(pause: (seconds: number) => Promise<unknown>): Promise<string | undefined> {
  const root = rootPrefix();
  if (root && isOnPath('apt-get')) {
    process.stdout.write('Installing Chromium with apt-get …\n');
    await aptGet([...root], pause, 'update');
    await aptGet([...root], pause, 'install', '-y', '--no-install-recommends', 'chromium');
    const found = findChromium();
    if (found) return found;
  }
  process.stdout.write('Installing Chromium with Playwright …\n');
  const dependencies = root ? ['--with-deps'] : [];
  run([process.execPath, PLAYWRIGHT, 'install', ...dependencies, 'chromium'], 'inherit');
  return findChromium();
}

/** Runs apt-get. It waits for the lock of dpkg itself; for the locks of the lists and of the archives it has to be run again. */
async function aptGet(root: string[], pause: (seconds: number) => Promise<unknown>, ...args: string[]): Promise<void> {
  const options = ['-qq', '-o=Dpkg::Use-Pty=0', `-o=DPkg::Lock::Timeout=${LOCK_SECONDS}`];
  const [command = '', ...rest] = [
    ...root,
    'env',
    'LC_ALL=C',
    'DEBIAN_FRONTEND=noninteractive',
    'apt-get',
    ...options,
    ...args,
  ];
  for (let waited = 0; ; waited += PAUSE_SECONDS) {
    const { status, stderr } = spawnSync(command, rest, { stdio: ['ignore', 'inherit', 'pipe'], encoding: 'utf8' });
    const isLocked = status !== 0 && stderr.includes('Could not get lock');
    if (!isLocked || waited >= LOCK_SECONDS) {
      process.stderr.write(stderr);
      return;
    }
    if (waited === 0) process.stdout.write('Waiting for another apt-get to finish …\n');
    await pause(PAUSE_SECONDS);
  }
}

/** Returns what to put before a command that needs root: nothing for root, sudo if it needs no password; undefined if neither works. */
function rootPrefix(): string[] | undefined {
  if (process.getuid?.() === 0) return [];
  return run(['sudo', '-n', 'true'], 'ignore') ? ['sudo', '-n'] : undefined;
}

function run([command = '', ...args]: string[], output: 'ignore' | 'inherit'): boolean {
  return spawnSync(command, args, { stdio: ['ignore', output, output] }).status === 0;
}

function isOnPath(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, program)));
}

function sleep(seconds: number): Promise<void> {
  return setTimeout(seconds * 1000);
}
