import type { Command } from './command.ts';

/** What there is: one command on a line. */
export function helpFor(commands: Command[]): string {
  const lines = commands.map((command) => `  ${signature(command).padEnd(28)} ${command.summary}`);
  return [
    'Usage: anteroom COMMAND [--json]',
    '',
    ...lines,
    '',
    'With --json a command prints one object or array. More on each: anteroom COMMAND --help',
  ].join('\n');
}

/** What one command takes. */
export function helpForOne(command: Command): string {
  const options = Object.entries({ ...command.options, json: { help: 'Print JSON.' } }).map(([name, option]) => {
    const value = 'value' in option ? ` ${option.value}` : '';
    return `  ${`--${name}${value}`.padEnd(28)} ${option.help}`;
  });
  const notes = command.notes ? ['', command.notes] : [];
  return [`Usage: anteroom ${signature(command)} [OPTIONS]`, '', command.summary, '', ...options, ...notes].join('\n');
}

function signature({ words, operands }: Command): string {
  return operands === '' ? words : `${words} ${operands}`;
}
