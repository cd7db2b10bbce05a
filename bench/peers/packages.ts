import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const BENCH = new URL('..', import.meta.url);
const require = createRequire(new URL('package.json', BENCH));

/** Installs the packages of bench/package.json where they are not there yet; they are none of the project's. */
export function installPeers(): void {
  if (existsSync(new URL('node_modules', BENCH))) return;
  const installed = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: BENCH,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (installed.status !== 0) throw new Error('the peers of the benchmarks could not be installed');
}

/** A package of bench/node_modules; its types are not there, so the caller says what it uses of it. */
export function peerPackage<Shape>(name: string): Shape {
  return require(name) as Shape;
}

/** The version of a package of bench/node_modules. */
export function peerVersion(name: string): string {
  const manifest = JSON.parse(readFileSync(new URL(`node_modules/${name}/package.json`, BENCH), 'utf8')) as {
    version: string;
  };
  return manifest.version;
}
