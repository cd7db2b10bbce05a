import { type Command, optionName } from './command.ts';
import type { Option } from './options.ts';

/** Returns the list of commands, one per line. */
export function helpFor(commands: Command[]): string {
  const lines = commands.map((command) => line(signature(command), command.summary));
  return [
    'Usage: anteroom [--env-file FILE] COMMAND [--json]',
    '',
    ...lines,
    '',
    'FILE has the environment variables of the server. With --json, a command prints one object or array.',
    'Help for a command: anteroom COMMAND --help',
  ].join('\n');
}

/** Returns the help for one command. */
export function helpForOne(command: Command): string {
  const common: Record<string, Omit<Option<unknown>, 'read'>> = {
    json: { help: 'Print JSON.' },
    envFile: { value: 'FILE', help: 'The environment variables of the server.' },
  };
  const options = Object.entries({ ...command.options, ...common }).map(([name, { value, help }]) =>
    line(value === undefined ? optionName(name) : `${optionName(name)} ${value}`, help),
  );
  const notes = command.notes ? ['', command.notes] : [];
  return [`Usage: anteroom ${signature(command)} [OPTIONS]`, '', command.summary, '', ...options, ...notes].join('\n');
}

/** Returns the placeholders of the operands of a command: ['IDP', 'KEY=VALUE…']. */
export function placeholders({ operands = [], rest }: Command): string[] {
  return [...operands.map(({ value = '' }) => value), ...(rest === undefined ? [] : [rest])];
}

function signature(command: Command): string {
  return [command.name, ...placeholders(command)].join(' ');
}

function line(words: string, help: string): string {
  return `  ${words.padEnd(28)} ${help}`;
}
