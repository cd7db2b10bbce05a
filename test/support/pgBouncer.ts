import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { whenRunDone } from './cleanup.ts';
import { accountOf, freePort } from './postgresServer.ts';

const PROGRAM = '/usr/sbin/pgbouncer';

/** Whether PgBouncer is installed, for example with Debian's package. */
export const hasPgBouncer = existsSync(PROGRAM);

/** Starts PgBouncer in transaction mode before a server, until the tests are done. Returns the URL of a database by its URL at the server. */
export async function startPgBouncer(server: string): Promise<(url: string) => string> {
  const { hostname, port, username } = new URL(server);
  const folder = mkdtempSync(join(tmpdir(), 'anteroom-pgbouncer-'));
  whenRunDone(() => rmSync(folder, { recursive: true, force: true }));
  const own = await freePort();
  const file = join(folder, 'pgbouncer.ini');
  writeFileSync(
    file,
    `[databases]
* = host=${hostname} port=${port} user=${username || 'postgres'}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${own}
auth_type = any
pool_mode = transaction
default_pool_size = 4
max_client_conn = 500
server_idle_timeout = 5
unix_socket_dir =
`,
  );
  const account = process.getuid?.() === 0 ? accountOf('nobody') : undefined;
  if (account) chownSync(folder, account.uid, account.gid);
  const child = spawn(PROGRAM, ['-q', file], { ...account, stdio: 'ignore' });
  whenRunDone(() => child.kill('SIGKILL'));
  while (!(await isOpen(own)));
  return (url) => {
    const through = new URL(url);
    through.host = `127.0.0.1:${own}`;
    return through.href;
  };
}

async function isOpen(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  return once(socket, 'connect').then(
    () => {
      socket.destroy();
      return true;
    },
    () => false,
  );
}
