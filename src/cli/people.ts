import type { Deps } from '../deps.ts';
import { createImport, createJob, removeJob } from '../jobs/jobs.ts';
import { emptyPerson } from '../people/attribute.ts';
import { personAttributes } from '../people/attributes.ts';
import { pagesOfPeople } from '../people/bulk.ts';
import { csvHeaders, exportPeople, headerOfField, withCells } from '../people/csv.ts';
import { type PlannedLine, readImport } from '../people/importPeople.ts';
import { setPassword } from '../people/localPassword.ts';
import type { CsvLimits } from '../people/readCsv.ts';
import { addPerson, nameOf, setActive } from '../people/users.ts';
import { type JobItem, listJobItems } from '../store/jobs.ts';
import { countPowerUsers, type User, userTypes } from '../store/users.ts';
import {
  accepted,
  type Call,
  type Command,
  dashed,
  fileAt,
  isoTime,
  type Output,
  runShown,
  table,
  UsageError,
} from './command.ts';
import { csvLines } from './csvLines.ts';
import { userNamed } from './userNamed.ts';

const passwordOption = { help: 'Read the local password from standard input.' };
const limits: CsvLimits = { bytes: 1024 ** 3, rows: 1_000_000 };
const WARNINGS_SHOWN = 100;

/** The options of `user add` that are columns of a CSV file too, by header. */
const addOptions = {
  userName: { value: 'NAME', help: 'The name that the person logs in with. Required.' },
  email: { value: 'ADDRESS', help: 'The e-mail address.' },
  givenName: { value: 'NAME', help: 'The given name.' },
  familyName: { value: 'NAME', help: 'The family name.' },
  displayName: { value: 'NAME', help: 'Shown instead of given and family name.' },
  title: { value: 'TEXT', help: 'The job title.' },
  department: { value: 'TEXT', help: 'The department.' },
  externalId: { value: 'ID', help: 'The identifier of the person in another system.' },
};

export const peopleCommands: Command[] = [
  {
    name: 'user add',
    operands: '',
    summary: 'Add a person to the People Directory.',
    options: {
      ...Object.fromEntries(Object.entries(addOptions).map(([header, option]) => [dashed(header), option])),
      type: { value: 'TYPE', help: `${userTypes.join(', ')}. Default: Intranet User.` },
      'password-stdin': passwordOption,
    },
    run: add,
  },
  {
    name: 'user list',
    operands: '',
    summary: 'List the people in the People Directory by name.',
    options: {
      search: {
        value: 'WORDS',
        help: 'Only people with these words in their name, title, department, user name or e-mail address.',
      },
      type: { value: 'TYPE', help: 'Only people of this type.' },
    },
    run: listAll,
  },
  {
    name: 'user activate',
    operands: 'NAME',
    summary: 'Activate a person: they can log in again.',
    run: (call) => activation(call, true),
  },
  {
    name: 'user deactivate',
    operands: 'NAME',
    summary: 'Deactivate a person and end their sessions.',
    options: { force: { help: 'Deactivate even the last Power User who can log in without the identity provider.' } },
    run: (call) => activation(call, false),
  },
  {
    name: 'user set-password',
    operands: 'NAME',
    summary: "Set a person's local password and end their sessions.",
    options: {
      'password-stdin': passwordOption,
      'must-choose': { help: 'The person must choose a new one after the next local login.' },
    },
    run: newPassword,
  },
  {
    name: 'people import',
    operands: 'FILE',
    summary: 'Add and change people from a CSV file. Lines with errors are skipped and listed.',
    options: { 'dry-run': { help: 'Only show what the import would do.' } },
    notes: `The first line names the columns: ${csvHeaders(personAttributes).join(', ')}, and the names in attributes list.\nOnly userName is required. Missing columns and empty cells change nothing.`,
    run: importFile,
  },
  {
    name: 'people export',
    operands: '',
    summary: 'Print all people as CSV that people import accepts.',
    run: exportAll,
  },
];

async function add(call: Call): Promise<Output> {
  const cells = Object.keys(addOptions).map((header) => [header, call.text(dashed(header))]);
  const input = withCells(emptyPerson, { ...Object.fromEntries(cells), userType: typeIn(call) }, personAttributes);
  const user = accepted(await addPerson(call.deps, input, await passwordIn(call)), labelOf);
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
  const titles = ['USER NAME', 'NAME', 'E-MAIL', 'TYPE', 'STATUS'];
  return { json: users.map(asJson), text: table(titles, rows, 'No people.') };
}

async function activation({ deps, operands, has }: Call, active: boolean): Promise<Output> {
  const { id } = await userNamed(deps, operands[0]);
  const user = await setActive(deps, id, active, { force: has('force') });
  const isLast = has('force') && user.userType === 'Power User' && (await countPowerUsers(deps.store.db)).active === 0;
  return {
    json: asJson(user),
    text: `${nameOf(user)} is ${active ? 'active' : 'deactivated'}.`,
    ...(isLast
      ? { warnings: ['No Power User is active. Add one with user add, or restart the server for a setup link.'] }
      : {}),
  };
}

async function newPassword(call: Call): Promise<Output> {
  const user = await userNamed(call.deps, call.operands[0]);
  const password = await passwordIn(call);
  if (password === undefined) throw new UsageError('Pass the password on standard input with --password-stdin.');
  accepted(await setPassword(call.deps, user.id, password, call.has('must-choose') || undefined), labelOf);
  return { json: asJson(user), text: `${nameOf(user)} has a new password.` };
}

async function importFile(call: Call): Promise<Output> {
  const { deps, has } = call;
  const [path = ''] = call.operands;
  const bytes = await fileAt(path);
  const startedBy = 'the command line';
  const read = accepted(await readImport(bytes, deps.attributes.list, limits));
  const planned = await createJob(deps, read, startedBy);
  const { id, input } = planned;
  const preview = await runShown(call, planned, 'Checking lines');
  const dry = has('dry-run');
  const job = dry ? preview : await runShown(call, await createImport(deps, id, startedBy), 'Importing lines');
  const { counts } = job;
  const refused = await skippedLines(deps, job.id);
  for (const done of new Set([preview.id, job.id])) await removeJob(deps, done);
  const { create: created = 0, change: changed = 0, same = 0 } = counts;
  return {
    json: { created, changed, same, refused, ignoredColumns: input.ignored ? input.ignored.split(', ') : [] },
    text: dry
      ? `Would add ${created} and change ${changed} people; ${same} would not change.`
      : `Added ${created} and changed ${changed} people; ${same} did not change.`,
    warnings: [
      ...(input.ignored ? [`Unknown columns were ignored: ${input.ignored}`] : []),
      ...refused.slice(0, WARNINGS_SHOWN).map(({ line, reason }) => `Line ${line} was skipped: ${reason}`),
      ...(refused.length > WARNINGS_SHOWN ? [`${refused.length} lines were skipped. --json lists them all.`] : []),
    ],
  };
}

/** Returns the lines that an import skipped, with the reasons. */
async function skippedLines({ store }: Deps, jobId: string): Promise<{ line: number; reason: string }[]> {
  const all = { limit: limits.rows, after: 0 };
  const [errors, refused] = await Promise.all(
    ['error', 'refused'].map((kind) => listJobItems(store.db, jobId, kind, all)),
  );
  const lineOf = ({ item, reason }: JobItem) => ({ line: (item as PlannedLine).line, reason: reason ?? '' });
  return [...(errors ?? []), ...(refused ?? [])].map(lineOf).sort((one, other) => one.line - other.line);
}

async function exportAll({ deps }: Call): Promise<Output> {
  const people = () => exportPeople(deps, { includeOmitted: true });
  return { rows: people(), lines: csvLines(people(), csvHeaders(deps.attributes.list)) };
}

/** Returns the type of `--type`, which may be written as power-user. */
function typeIn({ text }: Call): string | undefined {
  const given = text('type');
  const plain = (type: string) => type.toLowerCase().replaceAll(/[\s_-]/g, '');
  return given === undefined ? undefined : (userTypes.find((type) => plain(type) === plain(given)) ?? given);
}

/** Returns the password from standard input, without the newline that `echo` adds. */
async function passwordIn({ has, input }: Call): Promise<string | undefined> {
  return has('password-stdin') ? (await input()).toString('utf8').replace(/\r?\n$/, '') : undefined;
}

function labelOf(field: string): string {
  if (field === 'password') return '--password-stdin';
  return field === 'userType' ? '--type' : `--${dashed(headerOfField(field, personAttributes))}`;
}

function asJson(user: User) {
  const { profile, createdAt, modifiedAt, lastLoginAt, ...rest } = user;
  const times = { createdAt: isoTime(createdAt), modifiedAt: isoTime(modifiedAt), lastLoginAt: isoTime(lastLoginAt) };
  return { ...rest, ...times, profile };
}
