import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const BENCH = new URL('..', import.meta.url);
const require = createRequire(new URL('package.json', BENCH));

/** Installs the packages of bench/package.json if they are missing. The project itself does not depend on them. */
export function installPeers(): void {
  if (existsSync(new URL('node_modules', BENCH))) return;
  const installed = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: BENCH,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (installed.status !== 0) throw new Error('The packages to compare with could not be installed.');
}

/** Loads a package from bench/node_modules. Its types are not installed, so the caller declares what it uses. */
export function peerPackage<Shape>(name: string): Shape {
  return require(name) as Shape;
}

/** Returns the version of a package in bench/node_modules. */
export function peerVersion(name: string): string {
  const manifest = JSON.parse(readFileSync(new URL(`node_modules/${name}/package.json`, BENCH), 'utf8')) as {
    version: string;
  };
  return manifest.version;
}
