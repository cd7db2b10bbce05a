import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Runs `npm ci` where node_modules is not what package-lock.json asks for. An installation without devDependencies is complete
 * as long as they are not needed. All that npm says goes to standard error.
 * @param {string} root the project's folder
 * @param {boolean} dev whether the devDependencies are needed
 * @returns {Promise<boolean>} whether something was installed
 */
export async function installMissing(root, dev) {
  if (isInstalled(root, dev)) return false;
  process.stderr.write('Installing the packages that package-lock.json names; this takes a minute at the most …\n');
  const flags = ['--engine-strict=false', '--no-audit', '--no-fund', '--loglevel=error'];
  const code = await npm(root, ['ci', ...(dev ? ['--include=dev'] : []), ...flags]);
  if (code === 0) return true;
  process.stderr.write('The packages could not be installed: see what npm says above.\n');
  process.exit(1);
}

/** npm notes in node_modules/.package-lock.json what it put there, as the last thing it does. */
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

/** The npm that runs this script, or the one on the PATH. It gets no input: that is the program's. */
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
