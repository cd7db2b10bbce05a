import { readFile } from 'node:fs/promises';
import { stringify } from 'csv-stringify/sync';
import type { Deps } from '../deps.ts';
import { createImport, createJob } from '../jobs/jobs.ts';
import { runJob } from '../jobs/worker.ts';
import { pagesOfPeople } from '../people/bulk.ts';
import { csvColumns, exportPeople } from '../people/csvColumns.ts';
import { type PlannedLine, readImport } from '../people/importPeople.ts';
import type { CsvLimits } from '../people/readCsv.ts';
import { readUserInput } from '../people/userInput.ts';
import { addUser, nameOf, setActive, setPassword } from '../people/users.ts';
import { deleteJob, type JobItem, listJobItems } from '../store/jobs.ts';
import { findUser, findUserByUserName, type User, userTypes } from '../store/users.ts';
import {
  accepted,
  type Call,
  type Command,
  dashed,
  finished,
  isoTime,
  Misused,
  type Output,
  Refused,
  table,
} from './command.ts';

const passwordOption = { help: 'Read the local password from standard input.' };
const limits: CsvLimits = { bytes: 1024 ** 3, rows: 1_000_000 };
const WARNINGS_SHOWN = 100;

export const peopleCommands: Command[] = [
  {
    words: 'user add',
    operands: '',
    summary: 'Add a person to the People Directory.',
    options: {
      'user-name': { value: 'NAME', help: 'What the person is called at sign-in. Required.' },
      email: { value: 'ADDRESS', help: 'The e-mail address.' },
      'given-name': { value: 'NAME', help: 'The given name.' },
      'family-name': { value: 'NAME', help: 'The family name.' },
      'display-name': { value: 'NAME', help: 'Shown instead of given and family name.' },
      title: { value: 'TEXT', help: 'The job title.' },
      department: { value: 'TEXT', help: 'The department.' },
      'external-id': { value: 'ID', help: 'The identifier that another system has for the person.' },
      type: { value: 'TYPE', help: `${userTypes.join(', ')}. Intranet User where it is left out.` },
      'password-stdin': passwordOption,
    },
    run: add,
  },
  {
    words: 'user list',
    operands: '',
    summary: 'List the people of the People Directory by name.',
    options: {
      search: {
        value: 'WORDS',
        help: 'Only people whose name, title, department, user name or e-mail has these words.',
      },
      type: { value: 'TYPE', help: 'Only people of this type.' },
    },
    run: listAll,
  },
  {
    words: 'user activate',
    operands: 'NAME',
    summary: 'Let a person sign in again.',
    run: (call) => activation(call, true),
  },
  {
    words: 'user deactivate',
    operands: 'NAME',
    summary: 'Keep a person from signing in, and end their sessions.',
    run: (call) => activation(call, false),
  },
  {
    words: 'user set-password',
    operands: 'NAME',
    summary: 'Give a person a local password, and end their sessions.',
    options: { 'password-stdin': passwordOption },
    run: newPassword,
  },
  {
    words: 'people import',
    operands: 'FILE',
    summary: 'Add and change people from a CSV file. Lines with errors are left out and named.',
    options: { 'dry-run': { help: 'Only say what the file would do.' } },
    notes: `The first line names the columns: ${csvColumns.join(', ')}.\nOnly userName has to be there. Missing columns and empty cells change nothing.`,
    run: importFile,
  },
  {
    words: 'people export',
    operands: '',
    summary: 'Print everybody as CSV, in the form that people import takes.',
    run: exportAll,
  },
];

async function add(call: Call): Promise<Output> {
  const { text } = call;
  const entered = {
    userName: text('user-name') ?? '',
    email: text('email'),
    givenName: text('given-name'),
    familyName: text('family-name'),
    displayName: text('display-name'),
    title: text('title'),
    department: text('department'),
    externalId: text('external-id'),
    userType: typeIn(call),
  };
  const input = accepted(readUserInput(entered), labelOf);
  const user = accepted(await addUser(call.deps, input, await passwordIn(call)), labelOf);
  return { json: asJson(user), text: `Added ${nameOf(user)} (${user.userName}).` };
}

async function listAll(call: Call): Promise<Output> {
  const search = { text: call.text('search'), userType: typeIn(call), includeOmitted: true };
  const users = (await Array.fromAsync(pagesOfPeople(call.deps, search))).flat();
  const rows = users.map((user) => [
    user.userName,
    nameOf(user),
    user.email ?? '',
    user.userType,
    user.active ? 'active' : 'deactivated',
  ]);
  const titles = ['USER NAME', 'NAME', 'E-MAIL', 'TYPE', 'STATE'];
  return { json: users.map(asJson), text: table(titles, rows, 'There is nobody.') };
}

async function activation({ deps, operands }: Call, active: boolean): Promise<Output> {
  const user = await setActive(deps, (await userNamed(deps, operands[0])).id, active);
  return { json: asJson(user), text: `${nameOf(user)} is ${active ? 'active' : 'deactivated'}.` };
}

async function newPassword(call: Call): Promise<Output> {
  const user = await userNamed(call.deps, call.operands[0]);
  const password = await passwordIn(call);
  if (password === undefined) throw new Misused('The password comes from standard input: add --password-stdin.');
  accepted(await setPassword(call.deps, user.id, password), labelOf);
  return { json: asJson(user), text: `${nameOf(user)} has a new password.` };
}

async function importFile({ deps, operands: [path = ''], has }: Call): Promise<Output> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new Refused(
      error.code === 'ENOENT' ? `There is no file ${path}.` : `${path} cannot be read: ${error.message}`,
    );
  });
  const startedBy = 'the command line';
  const { id, input } = await createJob(deps, accepted(await readImport(bytes, limits)), startedBy);
  const preview = finished(await runJob(deps, id));
  const dry = has('dry-run');
  const job = dry ? preview : finished(await runJob(deps, (await createImport(deps, id, startedBy)).id));
  const { counts } = job;
  const refused = await leftOut(deps, job.id);
  for (const done of new Set([preview.id, job.id])) await deleteJob(deps.store.db, done);
  const { create: created = 0, change: changed = 0, same = 0 } = counts;
  return {
    json: { created, changed, same, refused, ignoredColumns: input.ignored ? input.ignored.split(', ') : [] },
    text: dry
      ? `Would add ${created}, change ${changed} and leave ${same} as they are.`
      : `Added ${created}, changed ${changed}, left ${same} as they are.`,
    warnings: [
      ...(input.ignored ? [`Unknown columns are left out: ${input.ignored}.`] : []),
      ...refused.slice(0, WARNINGS_SHOWN).map(({ line, reason }) => `Line ${line} was left out: ${reason}`),
      ...(refused.length > WARNINGS_SHOWN ? [`${refused.length} lines were left out in all; --json names each.`] : []),
    ],
  };
}

/** The lines that a job left out, with the reasons. */
async function leftOut({ store }: Deps, jobId: string): Promise<{ line: number; reason: string }[]> {
  const all = { limit: limits.rows, after: 0 };
  const [errors, refused] = await Promise.all(
    ['error', 'refused'].map((kind) => listJobItems(store.db, jobId, kind, all)),
  );
  const lineOf = ({ item, reason }: JobItem) => ({ line: (item as PlannedLine).line, reason: reason ?? '' });
  return [...(errors ?? []), ...(refused ?? [])].map(lineOf).sort((one, other) => one.line - other.line);
}

async function exportAll({ deps }: Call): Promise<Output> {
  const people = await Array.fromAsync(exportPeople(deps, { includeOmitted: true }));
  const text = stringify(people, { header: true, columns: [...csvColumns], escape_formulas: true });
  return { json: people, text: text.trimEnd() };
}

/** The person with a user name, in any case, or with an ID. */
async function userNamed({ store }: Deps, name = ''): Promise<User> {
  const user = (await findUserByUserName(store.db, name)) ?? (await findUser(store.db, name));
  if (!user) throw new Refused(`Nobody in the People Directory has the user name ${name}.`);
  return user;
}

/** `--type power-user` and the like mean what the screens write with capitals. */
function typeIn({ text }: Call): string | undefined {
  const given = text('type');
  const plain = (type: string) => type.toLowerCase().replaceAll(/[\s_-]/g, '');
  return given === undefined ? undefined : (userTypes.find((type) => plain(type) === plain(given)) ?? given);
}

/** The password of standard input, without the line's end that `echo` adds. */
async function passwordIn({ has, input }: Call): Promise<string | undefined> {
  return has('password-stdin') ? (await input()).toString('utf8').replace(/\r?\n$/, '') : undefined;
}

function labelOf(field: string): string {
  if (field === 'password') return '--password-stdin';
  return field === 'userType' ? '--type' : `--${dashed(field)}`;
}

function asJson(user: User) {
  const { profile, createdAt, modifiedAt, lastLoginAt, ...rest } = user;
  const times = { createdAt: isoTime(createdAt), modifiedAt: isoTime(modifiedAt), lastLoginAt: isoTime(lastLoginAt) };
  return { ...rest, ...times, profile };
}
