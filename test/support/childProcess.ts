import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { whenDone } from './cleanup.ts';

export type Child = ChildProcessWithoutNullStreams;

/** The exit code of a process and what it printed. */
export type Outcome = { code: number | null; stdout: string; stderr: string };

/** Starts a TypeScript file of the project in a process, with `input` on its standard input. The process is killed after the test. */
export function startChild(
  file: string,
  args: string[] = [],
  env: Record<string, string> = {},
  input = '',
  cwd?: string,
): Child {
  const child = spawn(process.execPath, [file, ...args], { env: { ...process.env, ...env }, ...(cwd && { cwd }) });
  whenDone(() => child.kill('SIGKILL'));
  child.stdin.on('error', () => {}); // it may exit without reading it
  child.stdin.end(input);
  return child;
}

/** Waits until a process exits. */
export async function outcomeOf(child: Child): Promise<Outcome> {
  const text = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => {
    text.stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    text.stderr += chunk;
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, ...text };
}
