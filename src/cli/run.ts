import { parseArgs } from 'node:util';
import { actAs } from '../audit/actor.ts';
import { sealEntries } from '../audit/seal.ts';
import type { Deps } from '../deps.ts';
import { takeEnvFile } from '../envFile.ts';
import { AppError } from '../errors.ts';
import type { Actor } from '../store/audit.ts';
import { type Command, dashed, type Output, optionName, Refused, UsageError } from './command.ts';
import { commands } from './commands.ts';
import { helpFor, helpForOne, placeholders } from './help.ts';
import { printable, printableLines } from './print.ts';

/** Input and output of the command line. */
export type CommandIo = {
  open(envFile: string | undefined): Promise<Deps>;
  input(): Promise<Buffer>;
  out(text: string): void;
  err(text: string): void;
  progress(text: string): void;
  osUser: string; // of the operating system
};

/** The words of a command line. A switch is true. */
type Parsed = { values: Record<string, string | boolean | undefined>; positionals: string[] };

/**
 * Runs one command of the command line.
 * @param args the arguments after the program's name
 * @returns the exit code: 0, or that of the command's output; 1 if the command failed; 2 if the command line is invalid
 */
export async function runCommand(args: string[], io: CommandIo): Promise<number> {
  const { out, err } = io;
  let command: Command | undefined;
  try {
    const { args: words, file } = envFileIn(args);
    command = commandIn(words);
    if (!command) return helpWithout(words, io);
    const parsed = parse(command, words.slice(command.name.split(' ').length));
    if (!parsed.values.help) return await perform(command, parsed, { ...io, open: () => io.open(file) });
    out(helpForOne(command));
    return 0;
  } catch (error) {
    err(printableLines(sentenceOf(error, command)));
    return error instanceof UsageError ? 2 : 1;
  }
}

function commandIn(words: string[]): Command | undefined {
  return commands.find(({ name }) => name.split(' ').every((word, index) => word === words[index]));
}

function envFileIn(args: string[]): ReturnType<typeof takeEnvFile> {
  try {
    return takeEnvFile(args);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** Shows the list of commands if none was given, or only its first words. */
function helpWithout(args: string[], { out, err }: CommandIo): number {
  const words = args.filter((arg) => !arg.startsWith('-'));
  const group = commands.filter((command) => command.name.startsWith(`${words.join(' ')} `));
  const help = helpFor(group.length > 0 ? group : commands);
  const asked = args.some((arg) => arg === '--help' || arg === '-h');
  if (asked && (words.length === 0 || group.length > 0)) {
    out(help);
    return 0;
  }
  err(words.length === 0 ? help : `Unknown command: ${words.slice(0, 2).join(' ')}. See: anteroom --help`);
  return 2;
}

function parse(command: Command, args: string[]): Parsed {
  const own = Object.entries(command.options ?? {}).map(([name, { value }]) => [
    dashed(name),
    { type: value === undefined ? ('boolean' as const) : ('string' as const) },
  ]);
  const options = { ...Object.fromEntries(own), json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } };
  const parsed = parsedOrMisused(args, options);
  if (!parsed.values.help) checkNumber(command, parsed.positionals);
  return parsed;
}

function parsedOrMisused(
  args: string[],
  options: NonNullable<Parameters<typeof parseArgs>[0]>['options'] & object,
): Parsed {
  try {
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
    return { values: values as Parsed['values'], positionals };
  } catch (error) {
    throw new UsageError(
      `${error instanceof Error ? error.message.split(/\. (?=To )/)[0] : error}.`.replace(/\.\.$/, '.'),
    );
  }
}

function checkNumber(command: Command, given: string[]): void {
  const wanted = placeholders(command);
  if (given.length < wanted.length) throw new UsageError(`Missing argument: ${wanted[given.length]}.`);
  if (given.length > wanted.length && command.rest === undefined)
    throw new UsageError(`Unexpected argument: ${given[wanted.length]}.`);
}

type OpenedIo = Omit<CommandIo, 'open'> & { open(): Promise<Deps> };

async function perform(command: Command, parsed: Parsed, io: OpenedIo): Promise<number> {
  const deps = await io.open();
  try {
    const output = await actAs(deps, operator(io), () => runWith(command, parsed, deps, io));
    await print(output, parsed.values.json === true, io);
    return 'exitCode' in output ? (output.exitCode ?? 0) : 0;
  } finally {
    await sealEntries(deps).catch(() => {}); // the server seals them otherwise
    await deps.store.close();
  }
}

/** Anyone with the database can run the command line: all that is known is the user of the operating system. */
function operator({ osUser }: OpenedIo): Actor {
  return { kind: 'commandLine', id: null, name: osUser, address: null };
}

/** Reads the options, then the operands, and runs the command with them. */
async function runWith(command: Command, { values, positionals }: Parsed, deps: Deps, io: OpenedIo): Promise<Output> {
  const { input } = io;
  const progress = (text: string) => io.progress(printable(text));
  const options: Record<string, unknown> = {};
  for (const [name, option] of Object.entries(command.options ?? {})) {
    const given = values[dashed(name)];
    if (given !== undefined) options[name] = await option.read(String(given), { name: optionName(name), deps, input });
  }
  const operands: unknown[] = [];
  for (const [index, { value = '', read }] of (command.operands ?? []).entries())
    operands.push(await read(positionals[index] ?? '', { name: value, deps, input }));
  return command.run({ deps, options, rest: positionals.slice(operands.length), input, progress }, ...operands);
}

async function print(output: Output, asJson: boolean, { out, err }: OpenedIo): Promise<void> {
  if ('rows' in output) {
    for await (const line of asJson ? jsonLines(output.rows) : output.lines) out(line);
    return;
  }
  const { json, text, warnings = [] } = output;
  for (const warning of warnings) err(printableLines(`Warning: ${warning}`));
  out(asJson || text === undefined ? JSON.stringify(json, undefined, 2) : printableLines(text));
}

/** Yields the lines of an array as JSON.stringify indents it. */
async function* jsonLines(rows: AsyncIterable<unknown>): AsyncIterable<string> {
  let previous: string | undefined;
  yield '[';
  for await (const row of rows) {
    if (previous !== undefined) yield `${previous},`;
    previous = JSON.stringify([row], undefined, 2).slice(2, -2);
  }
  if (previous !== undefined) yield previous;
  yield ']';
}

function sentenceOf(error: unknown, command: Command | undefined): string {
  if (error instanceof UsageError)
    return command ? `${error.message} See: anteroom ${command.name} --help` : error.message;
  if (error instanceof Refused || error instanceof AppError) return error.message;
  return error instanceof Error ? error.message : String(error);
}
