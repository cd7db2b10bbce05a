import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type Child, type Outcome, outcomeOf, startChild } from './childProcess.ts';

const server = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
/** The program of the command line. */
export const commandLine = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));

/** A variable of the shell that runs the tests must not reach the programs. */
const noEnvironment = { NODE_ENV: '', DATABASE_URL: '', DATA_DIR: '', SECRET_KEY: '', PUBLIC_URL: '', HOST: '' };

/** A running server. `port` is on 127.0.0.1; `ended` settles when the process has exited. */
export type Program = { port: number; child: Child; ended: Promise<Outcome> };

/** Starts the server in a process of its own, on a free port, which it prints in its first line. */
export async function startServer(env: Record<string, string>, args: string[] = [], cwd?: string): Promise<Program> {
  const all = { ...noEnvironment, HOST: '127.0.0.1', PORT: '0', LOG_LEVEL: 'silent', ...env };
  const child = startChild(server, args, all, '', cwd);
  const ended = outcomeOf(child);
  for await (const line of createInterface({ input: child.stdout })) {
    const port = /\(port (\d+)\)/.exec(line)?.[1];
    if (port) return { port: Number(port), child, ended };
  }
  throw new Error(`The server exited at the start: ${(await ended).stderr}`);
}

/** Runs the server until it exits, for a start that fails. */
export function runServer(env: Record<string, string>, args: string[] = []): Promise<Outcome> {
  return outcomeOf(startChild(server, args, { ...noEnvironment, HOST: '127.0.0.1', PORT: '0', ...env }));
}

/** Runs one command of the command line. */
export function runCommandLine(
  args: string[],
  env: Record<string, string>,
  input = '',
  cwd?: string,
): Promise<Outcome> {
  return outcomeOf(startChild(commandLine, args, { ...noEnvironment, ...env }, input, cwd));
}
