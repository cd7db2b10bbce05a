import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export type Anteroom = {
  url: string;
  /** Runs its command line and returns what it prints. Rejects with its error message if it fails. */
  run: (args: string[], input?: string) => Promise<string>;
  /** Starts its server and resolves once it responds. Rejects with the end of its log if it does not. */
  start: () => Promise<void>;
  stop: () => Promise<void>;
};

const root = join(import.meta.dirname, '../..');
const startWithinMs = 30_000;

/** Returns Anteroom as the demo runs it: in processes of its own, with its own data folder. The demo imports none of its code. */
export function prepareAnteroom(port: number, dataDir: string): Anteroom {
  const url = `http://localhost:${port}`;
  const logFile = join(dataDir, 'anteroom.log');
  const env = {
    ...process.env,
    PORT: String(port),
    PUBLIC_URL: url,
    DATA_DIR: dataDir,
    DATABASE_URL: '',
    NODE_ENV: '',
  };
  let server: ChildProcess | undefined;
  return {
    url,
    run: (args, input = '') => runCommand(args, input, env),
    async start() {
      mkdirSync(dataDir, { recursive: true });
      const log = openSync(logFile, 'a');
      server = spawn(process.execPath, [join(root, 'src/main.ts')], { env, cwd: root, stdio: ['ignore', log, log] });
      closeSync(log);
      if (await responds(url, server)) return;
      throw new Error(`Anteroom did not start:\n${readFileSync(logFile, 'utf8').slice(-2000)}`);
    },
    async stop() {
      if (!server || server.exitCode !== null || server.signalCode !== null) return;
      const exited = once(server, 'exit');
      server.kill('SIGTERM');
      await exited;
    },
  };
}

async function runCommand(args: string[], input: string, env: NodeJS.ProcessEnv): Promise<string> {
  const child = spawn(process.execPath, [join(root, 'bin/anteroom.mjs'), ...args], { env, cwd: root });
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  child.stdin.on('error', () => undefined); // it may exit without reading
  child.stdin.end(input);
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`anteroom ${args.slice(0, 2).join(' ')}: ${errors.trim() || `exited with ${code}`}`);
  return output;
}

async function responds(url: string, server: ChildProcess): Promise<boolean> {
  const end = Date.now() + startWithinMs;
  while (Date.now() < end && server.exitCode === null) {
    const response = await fetch(`${url}/healthz`).catch(() => undefined);
    if (response?.ok) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}
