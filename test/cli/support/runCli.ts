import { expect } from 'chai';
import { runCommand } from '../../../src/cli/run.ts';
import type { Deps } from '../../../src/deps.ts';

export type Printed = { code: number; printed: string; complained: string };

/** Runs a command with deps that stay open. `input` is its standard input. */
export async function runCli(
  deps: Deps,
  args: string[],
  input = '',
  onProgress?: (text: string) => void,
): Promise<Printed> {
  const [printed, complained]: [string[], string[]] = [[], []];
  const code = await runCommand(args, {
    open: async () => ({ ...deps, store: { ...deps.store, close: async () => {} } }),
    input: async () => Buffer.from(input),
    out: (text) => printed.push(text),
    err: (text) => complained.push(text),
    progress: (text) => onProgress?.(text),
    osUser: 'root',
  });
  return { code, printed: printed.join('\n'), complained: complained.join('\n') };
}

/** Returns what a command prints with --json. It must succeed without warnings. */
export async function jsonOf(deps: Deps, args: string[], input = '') {
  const { code, printed, complained } = await runCli(deps, [...args, '--json'], input);
  expect({ code, complained }, args.join(' ')).to.deep.equal({ code: 0, complained: '' });
  return JSON.parse(printed);
}
