import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, startServer } from '../login/process.ts';

/** A SCIM server on the first core, with its own database. */
export type Contender = { name: string; url: string; token: string; stop(): Promise<void> };

const TOKEN = 'a-token-for-the-benchmark';
const BENCH = fileURLToPath(new URL('..', import.meta.url));

/** Starts Anteroom. @param file the database; a new one by default */
export function startAnteroom(file?: string): Promise<Contender> {
  return start('anteroom', process.execPath, 'anteroomServer.ts', file);
}

/** Starts scimmy-routers with indexed handlers on SQLite. */
export function startScimmy(): Promise<Contender> {
  return start('scimmy', process.execPath, 'scimmyServer.ts');
}

/** Starts Ory Polis on SQLite, if its native addon could be built. */
export async function startPolis(): Promise<Contender | undefined> {
  const node = nodes().find(hasSqliteAddon);
  return node === undefined ? undefined : start('polis', node, 'polisServer.mjs');
}

async function start(name: string, node: string, program: string, file?: string): Promise<Contender> {
  const folder = mkdtempSync(join(tmpdir(), 'anteroom-bench-'));
  const port = await freePort();
  const path = fileURLToPath(new URL(program, import.meta.url));
  const env = { PORT: String(port), FILE: file ?? join(folder, 'directory.db'), TOKEN };
  const { stop } = await startServer(node, [path], { port, env });
  return {
    name,
    url: `http://127.0.0.1:${port}${name === 'anteroom' ? '/api/v2/scim/v2' : '/scim'}`,
    token: TOKEN,
    stop: async () => {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Returns this process's Node and others on the PATH. npm may have built the addon for any of them. */
function nodes(): string[] {
  const folders = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'node'));
  return [process.execPath, ...new Set(folders)];
}

function hasSqliteAddon(node: string): boolean {
  return spawnSync(node, ['-e', "new (require('better-sqlite3'))(':memory:')"], { cwd: BENCH }).status === 0;
}
