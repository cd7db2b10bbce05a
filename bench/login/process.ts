import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';

/** A server started for the benchmark. */
export type Started = { stop: () => Promise<void> };

const PINNED = spawnSync('taskset', ['-c', '0', 'true']).status === 0;

/** Starts a server, on the first core only if the system allows it, and waits until it responds at its port. */
export async function startServer(
  command: string,
  args: string[],
  options: { port: number; env?: Record<string, string>; cwd?: string },
): Promise<Started> {
  const [program, list] = PINNED ? ['taskset', ['-c', '0', command, ...args]] : [command, args];
  const child = spawn(program, list, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await untilReady(options.port, child);
  return { stop: () => stop(child) };
}

/** Keeps this process, which generates the load, off the servers' core. */
export function leaveFirstCore(): void {
  if (PINNED) spawnSync('taskset', ['-apc', '1', String(process.pid)]);
}

/** Returns a free port. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function untilReady(port: number, child: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    if (child.exitCode !== null) throw new Error(`A server exited at the start: ${child.spawnargs.join(' ')}`);
    const socket = connect(port, '127.0.0.1');
    const open = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'error').then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`A server does not respond: ${child.spawnargs.join(' ')}`);
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}
