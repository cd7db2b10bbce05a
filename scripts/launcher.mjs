import { spawn } from 'node:child_process';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import module from 'node:module';
import { constants } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { installMissing } from './installMissing.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const pinned = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
const OLDEST = [24, 7];
// Cached code without types halves the time of a start and saves 20 MB. The cache is in node_modules, where no other user can write.
const compiled = join(root, 'node_modules', '.cache', 'anteroom');

/**
 * Installs packages if they are missing or out of date, then runs a TypeScript file of the project with the Node version that the project
 * pins, or with the current one if it is new enough. Writes nothing to standard output, which belongs to the program.
 * @param {string} file path within the project
 * @param {string[]} args arguments of the program
 * @param {{ dev?: boolean }} [options] `dev`: the program needs the devDependencies
 */
export async function launch(file, args, { dev = false } = {}) {
  const installed = await installMissing(root, dev);
  const path = join(root, file);
  if (!installed && isRightNode()) return here(path, args);
  if (existsSync(pinned)) return inChild(pinned, path, args);
  if (isNewEnough(process.versions.node)) return here(path, args);
  fail(tooOld());
}

/** Runs in this process, so that the program receives the signals and sets the exit code. */
async function here(path, args) {
  process.argv = [process.argv[0], path, ...args];
  module.enableCompileCache?.(compiled);
  await import(pathToFileURL(path).href);
}

function inChild(node, path, args) {
  const child = spawn(node, [path, ...args], {
    stdio: 'inherit',
    env: { ...process.env, NODE_COMPILE_CACHE: compiled },
  });
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => fail(`${node} could not be started: ${error.message}`));
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
}

function isRightNode() {
  if (!existsSync(pinned)) return isNewEnough(process.versions.node);
  return realpathSync(pinned) === realpathSync(process.execPath);
}

function isNewEnough(version) {
  const [major, minor] = version.split('.').map(Number);
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}

function tooOld() {
  const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return (
    `This is Node ${process.versions.node}, and Anteroom needs Node ${OLDEST.join('.')} or newer. ` +
    `Install it, or let npm install its own (node ${devDependencies.node}): npm ci --include=dev --ignore-scripts=false`
  );
}

function fail(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}
