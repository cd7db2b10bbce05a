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
import { AUTHOR, accepted, type Call, command, type Output, optionName, UsageError } from './command.ts';
import { fileContent, flag, type Option, passwordFromInput, text } from './options.ts';
import { csvLines, isoTime, table } from './print.ts';
import { runShown } from './shownJob.ts';
import { person } from './targets.ts';

const passwordStdin = passwordFromInput('Read the local password from standard input.');
const limits: CsvLimits = { bytes: 1024 ** 3, rows: 1_000_000 };
const WARNINGS_SHOWN = 100;

/** The options of `user add` that are columns of a CSV file too, by header. */
const addOptions = {
  userName: text('NAME', 'The name that the person logs in with. Required.'),
  email: text('ADDRESS', 'The e-mail address.'),
  givenName: text('NAME', 'The given name.'),
  familyName: text('NAME', 'The family name.'),
  displayName: text('NAME', 'Shown instead of given and family name.'),
  title: text('TEXT', 'The job title.'),
  department: text('TEXT', 'The department.'),
  externalId: text('ID', 'The identifier of the person in another system.'),
};

export const peopleCommands = [
  command({
    name: 'user add',
    summary: 'Add a person to the People Directory.',
    options: {
      ...addOptions,
      type: userTypeOption(`${userTypes.join(', ')}. Default: Intranet User.`),
      passwordStdin,
    },
    async run({ deps, options: { type: userType, passwordStdin: password, ...cells } }) {
      const input = withCells(emptyPerson, { ...cells, userType }, personAttributes);
      const user = accepted(await addPerson(deps, input, await password?.()), labelOf);
      return { json: asJson(user), text: `Added ${nameOf(user)} (${user.userName}).` };
    },
  }),
  command({
    name: 'user list',
    summary: 'List the people in the People Directory by name.',
    options: {
      search: text(
        'WORDS',
        'Only people with these words in their name, title, department, user name or e-mail address.',
      ),
      type: userTypeOption('Only people of this type.'),
    },
    async run({ deps, options }) {
      const search = { text: options.search, userType: options.type, includeOmitted: true };
      const users = (await Array.fromAsync(pagesOfPeople(deps, search))).flat();
      const rows = users.map((user) => ({
        'USER NAME': user.userName,
        NAME: nameOf(user),
        'E-MAIL': user.email,
        TYPE: user.userType,
        STATUS: user.active ? 'active' : 'deactivated',
      }));
      return { json: users.map(asJson), text: table(rows, 'No people.') };
    },
  }),
  command({
    name: 'user activate',
    operands: [person],
    summary: 'Activate a person: they can log in again.',
    run: ({ deps }, { id }) => activation(deps, id, true),
  }),
  command({
    name: 'user deactivate',
    operands: [person],
    summary: 'Deactivate a person and end their sessions.',
    options: { force: flag('Deactivate even the last Power User who can log in without the identity provider.') },
    run: ({ deps, options: { force = false } }, { id }) => activation(deps, id, false, force),
  }),
  command({
    name: 'user set-password',
    operands: [person],
    summary: "Set a person's local password and end their sessions.",
    options: { passwordStdin, mustChoose: flag('The person must choose a new one after the next local login.') },
    async run({ deps, options: { passwordStdin: password, mustChoose } }, user) {
      if (password === undefined) throw new UsageError('Pass the password on standard input with --password-stdin.');
      accepted(await setPassword(deps, user.id, await password(), mustChoose), labelOf);
      return { json: asJson(user), text: `${nameOf(user)} has a new password.` };
    },
  }),
  command({
    name: 'people import',
    operands: [fileContent],
    summary: 'Add and change people from a CSV file. Lines with errors are skipped and listed.',
    options: { dryRun: flag('Only show what the import would do.') },
    notes: `The first line names the columns: ${csvHeaders(personAttributes).join(', ')}, and the names in attributes list.\nOnly userName is required. Missing columns and empty cells change nothing.`,
    run: importFile,
  }),
  command({
    name: 'people export',
    summary: 'Print all people as CSV that people import accepts.',
    async run({ deps }) {
      const people = () => exportPeople(deps, { includeOmitted: true });
      return { rows: people(), lines: csvLines(people(), csvHeaders(deps.attributes.list)) };
    },
  }),
];

async function activation(deps: Deps, id: string, active: boolean, force = false): Promise<Output> {
  const user = await setActive(deps, id, active, { force });
  const isLast = force && user.userType === 'Power User' && (await countPowerUsers(deps.store.db)).active === 0;
  const warning = 'No Power User is active. Add one with user add, or restart the server for a setup link.';
  return {
    json: asJson(user),
    text: `${nameOf(user)} is ${active ? 'active' : 'deactivated'}.`,
    warnings: isLast ? [warning] : [],
  };
}

async function importFile(call: Call<{ dryRun?: true }>, bytes: Buffer): Promise<Output> {
  const { deps } = call;
  const { dryRun = false } = call.options;
  const planned = await createJob(deps, accepted(await readImport(bytes, deps.attributes.list, limits)), AUTHOR);
  const { id, input } = planned;
  const preview = await runShown(call, planned, 'Checking lines');
  const job = dryRun ? preview : await runShown(call, await createImport(deps, id, AUTHOR), 'Importing lines');
  const refused = await skippedLines(deps, job.id);
  for (const done of new Set([preview.id, job.id])) await removeJob(deps, done);
  const { create: created = 0, change: changed = 0, same = 0 } = job.counts;
  return {
    json: { created, changed, same, refused, ignoredColumns: input.ignored ? input.ignored.split(', ') : [] },
    text: dryRun
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

/** Returns an option with a type of people, which may be written as power-user. */
function userTypeOption(help: string): Option<string> {
  const plain = (type: string) => type.toLowerCase().replaceAll(/[\s_-]/g, '');
  const read = (entered: string) => userTypes.find((type) => plain(type) === plain(entered)) ?? entered;
  return { value: 'TYPE', help, read };
}

function labelOf(field: string): string {
  if (field === 'password') return '--password-stdin';
  return field === 'userType' ? '--type' : optionName(headerOfField(field, personAttributes));
}

function asJson(user: User) {
  const { profile, createdAt, modifiedAt, lastLoginAt, ...rest } = user;
  const times = { createdAt: isoTime(createdAt), modifiedAt: isoTime(modifiedAt), lastLoginAt: isoTime(lastLoginAt) };
  return { ...rest, ...times, profile };
}
