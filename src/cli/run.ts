import { parseArgs } from 'node:util';
import { actAs } from '../audit/actor.ts';
import { sealEntries } from '../audit/seal.ts';
import type { Deps } from '../deps.ts';
import { takeEnvFile } from '../envFile.ts';
import { AppError } from '../errors.ts';
import type { Actor } from '../store/audit.ts';
import { activityCommands } from './activity.ts';
import { attributeCommands } from './attributes.ts';
import { auditCommands } from './audit.ts';
import { auditChainCommands } from './auditChain.ts';
import { auditSyslogCommands } from './auditSyslog.ts';
import { type Call, type Command, type Output, Refused, UsageError } from './command.ts';
import { domainKeyCommands } from './domainKeys.ts';
import { domainCommands } from './domains.ts';
import { groupCommands } from './groups.ts';
import { guideCommands } from './guide.ts';
import { healthCommands } from './health.ts';
import { providerCommands } from './identityProviders.ts';
import { jobCommands } from './jobs.ts';
import { logInScreenCommands } from './logInScreen.ts';
import { loginTestCommands } from './loginTests.ts';
import { metadataCommands } from './metadata.ts';
import { notificationCommands } from './notifications.ts';
import { peopleCommands } from './people.ts';
import { personDataCommands } from './personData.ts';
import { providerPeopleCommands } from './providerPeople.ts';
import { recoverCommands } from './recover.ts';
import { scimCommands } from './scim.ts';
import { scimAttributeCommands } from './scimAttributes.ts';
import { secondFactorCommands } from './secondFactors.ts';
import { sessionCommands } from './sessions.ts';
import { setupLinkCommands } from './setupLinks.ts';
import { webhookCommands } from './webhooks.ts';

/** Input and output of the command line. */
export type CommandIo = {
  open(envFile: string | undefined): Promise<Deps>;
  input(): Promise<Buffer>;
  out(text: string): void;
  err(text: string): void;
  progress(text: string): void;
  osUser: string; // of the operating system
};

const commands = [
  ...peopleCommands,
  ...recoverCommands,
  ...personDataCommands,
  ...groupCommands,
  ...attributeCommands,
  ...jobCommands,
  ...domainCommands,
  ...logInScreenCommands,
  ...guideCommands,
  ...setupLinkCommands,
  ...domainKeyCommands,
  ...providerCommands,
  ...providerPeopleCommands,
  ...metadataCommands,
  ...loginTestCommands,
  ...scimCommands,
  ...scimAttributeCommands,
  ...activityCommands,
  ...auditCommands,
  ...auditChainCommands,
  ...auditSyslogCommands,
  ...healthCommands,
  ...notificationCommands,
  ...webhookCommands,
  ...sessionCommands,
  ...secondFactorCommands,
];

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
    const { values, positionals } = parse(command, words.slice(command.name.split(' ').length));
    if (!values.help) return await perform(command, values, positionals, { ...io, open: () => io.open(file) });
    out(helpForOne(command));
    return 0;
  } catch (error) {
    err(sentenceOf(error, command));
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

type Values = Record<string, string | boolean | undefined>;

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

function parse(command: Command, args: string[]): { values: Values; positionals: string[] } {
  const own = Object.entries(command.options ?? {}).map(([name, { value }]) => [
    name,
    { type: value === undefined ? ('boolean' as const) : ('string' as const) },
  ]);
  const options = { ...Object.fromEntries(own), json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } };
  const parsed = parsedOrMisused(args, options);
  if (!parsed.values.help) checkNumber(command, parsed.positionals);
  return parsed;
}

function parsedOrMisused(args: string[], options: NonNullable<Parameters<typeof parseArgs>[0]>['options'] & object) {
  try {
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
    return { values: values as Values, positionals };
  } catch (error) {
    throw new UsageError(
      `${error instanceof Error ? error.message.split(/\. (?=To )/)[0] : error}.`.replace(/\.\.$/, '.'),
    );
  }
}

function checkNumber({ operands }: Command, given: string[]): void {
  const wanted = operands === '' ? [] : operands.split(' ');
  if (given.length < wanted.length) throw new UsageError(`Missing argument: ${wanted[given.length]}.`);
  if (given.length > wanted.length && !operands.endsWith('…'))
    throw new UsageError(`Unexpected argument: ${given[wanted.length]}.`);
}

type OpenedIo = Omit<CommandIo, 'open'> & { open(): Promise<Deps> };

async function perform(command: Command, values: Values, operands: string[], io: OpenedIo): Promise<number> {
  const deps = await io.open();
  const call: Call = {
    deps,
    operands,
    text: (option) => (typeof values[option] === 'string' ? values[option] : undefined),
    has: (option) => values[option] === true,
    input: io.input,
    progress: io.progress,
  };
  try {
    const output = await actAs(deps, operator(io), () => command.run(call));
    await print(output, values.json === true, io);
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

async function print(output: Output, asJson: boolean, { out, err }: OpenedIo): Promise<void> {
  if ('rows' in output) {
    for await (const line of asJson ? jsonLines(output.rows) : output.lines) out(line);
    return;
  }
  for (const warning of output.warnings ?? []) err(`Warning: ${warning}`);
  out(asJson ? JSON.stringify(output.json, undefined, 2) : output.text);
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

/** Returns the list of commands, one per line. */
function helpFor(commands: Command[]): string {
  const lines = commands.map((command) => `  ${signature(command).padEnd(28)} ${command.summary}`);
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
function helpForOne(command: Command): string {
  const common = {
    json: { help: 'Print JSON.' },
    'env-file': { value: 'FILE', help: 'The environment variables of the server.' },
  };
  const options = Object.entries({ ...command.options, ...common }).map(([name, option]) => {
    const value = 'value' in option ? ` ${option.value}` : '';
    return `  ${`--${name}${value}`.padEnd(28)} ${option.help}`;
  });
  const notes = command.notes ? ['', command.notes] : [];
  return [`Usage: anteroom ${signature(command)} [OPTIONS]`, '', command.summary, '', ...options, ...notes].join('\n');
}

function signature({ name, operands }: Command): string {
  return operands === '' ? name : `${name} ${operands}`;
}
