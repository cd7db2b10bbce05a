import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';

const OPTION = '--env-file';

type Environment = Record<string, string | undefined>;

/** Takes `--env-file FILE` out of the arguments of a program. @throws Error if FILE is missing */
export function takeEnvFile(args: string[]): { args: string[]; file: string | undefined } {
  const at = args.findIndex((arg) => arg === OPTION || arg.startsWith(`${OPTION}=`));
  if (at === -1) return { args, file: undefined };
  const [, joined] = (args[at] ?? '').split(/=(.*)/s);
  const file = joined ?? args[at + 1];
  if (!file) throw new Error(`${OPTION} needs a file.`);
  return { args: args.toSpliced(at, joined === undefined ? 2 : 1), file };
}

/**
 * Returns the environment with the variables of a file, written as for systemd's EnvironmentFile. As with node --env-file, a variable that
 * is set already stays; an empty one counts as absent. @throws Error if the file cannot be read
 */
export function withEnvFile(env: Environment, file: string | undefined): Environment {
  if (file === undefined) return env;
  const set = Object.entries(env).filter(([, value]) => value !== '');
  return { ...parseEnv(textOf(file)), ...Object.fromEntries(set) };
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`${OPTION} ${file} cannot be read: ${(error as NodeJS.ErrnoException).code}.`);
  }
}
