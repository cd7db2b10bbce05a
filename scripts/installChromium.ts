import { spawnSync } from 'node:child_process';
import { findChromium } from '../test/support/chromium.ts';

const PLAYWRIGHT = 'node_modules/playwright-core/cli.js';

/**
 * The path of a Chromium, installed where there is none: by apt-get where that can be done without asking, or else by playwright.
 * @throws Error that says what to install
 */
export function chromiumPath(): string {
  const found = findChromium() ?? installed();
  if (found) return found;
  throw new Error(
    'The browser tests need Chromium or Chrome. Install it (Debian: apt-get install chromium; macOS: brew install --cask chromium; ' +
      'anywhere: npx playwright-core install --with-deps chromium), or name it in CHROMIUM_PATH.',
  );
}

function installed(): string | undefined {
  if (process.env.CHROMIUM_PATH) throw new Error('CHROMIUM_PATH names no Chromium that runs.');
  const prefix = rootPrefix();
  if (prefix && run([...prefix, 'apt-get', '--version'], 'ignore')) {
    process.stdout.write('Installing Chromium with apt-get …\n');
    const apt = [...prefix, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-qq', '-o=Dpkg::Use-Pty=0'];
    run([...apt, 'update'], 'inherit');
    run([...apt, 'install', '-y', '--no-install-recommends', 'chromium'], 'inherit');
    const found = findChromium();
    if (found) return found;
  }
  process.stdout.write('Installing Chromium with playwright …\n');
  const withDeps = prefix ? ['--with-deps'] : [];
  run([process.execPath, PLAYWRIGHT, 'install', ...withDeps, 'chromium'], 'inherit');
  return findChromium();
}

/** What stands before a command that needs root: nothing for root, sudo where it asks for no password; undefined: there is no way. */
function rootPrefix(): string[] | undefined {
  if (process.getuid?.() === 0) return [];
  return run(['sudo', '-n', 'true'], 'ignore') ? ['sudo', '-n'] : undefined;
}

function run([command = '', ...args]: string[], output: 'ignore' | 'inherit'): boolean {
  return spawnSync(command, args, { stdio: ['ignore', output, output] }).status === 0;
}
