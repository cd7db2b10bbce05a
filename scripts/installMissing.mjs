import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Runs `npm ci` if node_modules does not match package-lock.json. An installation without devDependencies is complete unless they are
 * needed. The output of npm goes to standard error.
 * @param {string} root the project's folder
 * @param {boolean} dev whether the devDependencies are needed
 * @returns {Promise<boolean>} whether something was installed
 */
export async function installMissing(root, dev) {
  if (isInstalled(root, dev)) return false;
  process.stderr.write('Installing packages (this takes up to a minute) …\n');
  const flags = ['--engine-strict=false', '--no-audit', '--no-fund', '--loglevel=error'];
  const code = await npm(root, ['ci', ...(dev ? ['--include=dev'] : []), ...flags]);
  if (code === 0) return true;
  process.stderr.write('The packages could not be installed. See the output of npm above.\n');
  process.exit(1);
}

/** npm writes node_modules/.package-lock.json with what it installed as its last step. */
function isInstalled(root, dev) {
  const wanted = packagesOf(join(root, 'package-lock.json'));
  const there = packagesOf(join(root, 'node_modules', '.package-lock.json'));
  if (!wanted || !there) return there !== undefined;
  const withDev = dev || Object.values(there).some((entry) => entry.dev);
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '' || (entry.dev && !withDev)) return true;
    const found = there[path];
    // Packages for other platforms are never installed.
    if (!found) return entry.optional === true || entry.devOptional === true;
    return found.version === entry.version && found.integrity === entry.integrity;
  });
}

function packagesOf(file) {
  if (!existsSync(file)) return undefined;
  return JSON.parse(readFileSync(file, 'utf8')).packages;
}

/** Runs the npm that started this script, or the one on the PATH. Standard input is left to the program. */
function npm(root, args) {
  const own = process.env.npm_execpath?.endsWith('.js') ? process.env.npm_execpath : undefined;
  const options = { cwd: root, stdio: ['ignore', 2, 2] };
  const child = own
    ? spawn(process.execPath, [own, ...args], options)
    : spawn('npm', args, { ...options, shell: process.platform === 'win32' });
  return new Promise((resolve) => {
    child.on('error', () => resolve(1));
    child.on('exit', resolve);
  });
}
