import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';

/** A server that was started for the benchmark. */
export type Started = { stop: () => Promise<void> };

const PINNED = spawnSync('taskset', ['-c', '0', 'true']).status === 0;

/** Starts a server on the first core alone, where that can be done, and waits until it answers at its port. */
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
  await answering(options.port, child);
  return { stop: () => stop(child) };
}

/** Keeps this process, which makes the load, off the servers' core. */
export function leaveFirstCore(): void {
  if (PINNED) spawnSync('taskset', ['-apc', '1', String(process.pid)]);
}

/** A port that nothing listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function answering(port: number, child: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    if (child.exitCode !== null) throw new Error(`a server ended at once: ${child.spawnargs.join(' ')}`);
    const socket = connect(port, '127.0.0.1');
    const open = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'error').then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`a server does not answer: ${child.spawnargs.join(' ')}`);
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}
