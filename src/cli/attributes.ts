import { createJob, removeJob } from '../jobs/jobs.ts';
import { runJob } from '../jobs/worker.ts';
import { personSections } from '../people/attribute.ts';
import {
  type ChangedAttribute,
  changeCustomAttribute,
  removeCustomAttribute,
} from '../people/changeCustomAttribute.ts';
import { addCustomAttribute, listCustomAttributes } from '../people/customAttributes.ts';
import { audienceLabels, type CustomAttribute, typeLabels } from '../people/definition.ts';
import { countMarked } from '../store/marked.ts';
import {
  accepted,
  type Call,
  type Command,
  dashed,
  finished,
  type Output,
  onOrOff,
  Refused,
  table,
} from './command.ts';

const options: Command['options'] = {
  label: { value: 'TEXT', help: 'The label on screens.' },
  section: { value: 'SECTION', help: `Its section: ${Object.keys(personSections).join(', ')} (default: work).` },
  type: { value: 'TYPE', help: `One of: ${Object.keys(typeLabels).join(', ')} (default: text).` },
  choices: { value: 'A,B', help: 'The choices of the type choice, separated by commas.' },
  several: { value: 'on|off', help: 'Whether a person can have several values.' },
  'visible-to': { value: 'WHO', help: `Who sees it: ${Object.keys(audienceLabels).join(', ')} (default: self).` },
  'self-editable': { value: 'on|off', help: 'Whether people can change it on their own profile.' },
  searchable: { value: 'on|off', help: 'Whether people are found by its words.' },
};

export const attributeCommands: Command[] = [
  {
    name: 'attributes list',
    operands: '',
    summary: 'List the attributes of people that were added here.',
    run: async ({ deps }) => {
      const attributes = await listCustomAttributes(deps.store.db);
      const rows = attributes.map((one) => [
        one.name,
        one.label,
        one.several ? `${one.type}, several` : one.type,
        one.section,
        one.visibleTo,
      ]);
      const text = table(['NAME', 'LABEL', 'TYPE', 'SECTION', 'VISIBLE TO'], rows, 'No attributes yet.');
      return { json: attributes.map(asJson), text };
    },
  },
  {
    name: 'attributes add',
    operands: 'NAME',
    summary: 'Add an attribute of people.',
    options,
    run: add,
  },
  {
    name: 'attributes change',
    operands: 'NAME',
    summary: 'Change an attribute. A type that would lose values is refused.',
    options,
    run: change,
  },
  {
    name: 'attributes remove',
    operands: 'NAME',
    summary: 'Remove an attribute with its values.',
    options: { yes: { help: 'Also if people have a value. Save them first with people export.' } },
    run: remove,
  },
];

async function add(call: Call): Promise<Output> {
  const name = call.operands[0] ?? '';
  const defaults = { section: 'work', type: 'text', choices: [], several: false, visibleTo: 'self' };
  const input = { name, label: name, ...defaults, selfEditable: false, searchable: false, ...given(call) };
  const added = accepted(await addCustomAttribute(call.deps, input), labelOf);
  return { json: asJson(added), text: `Added ${added.name}.` };
}

async function change(call: Call): Promise<Output> {
  const { id, ...before } = await attributeNamed(call);
  const changed = accepted(await changeCustomAttribute(call.deps, id, { ...before, ...given(call) }), labelOf);
  const updated = await runFor(call, changed);
  return {
    json: asJson(changed.attribute),
    text: `Changed ${before.name}.${updated > 0 ? ` ${updated} values were updated.` : ''}`,
  };
}

async function remove(call: Call): Promise<Output> {
  const { id, name } = await attributeNamed(call);
  const people = await countMarked(call.deps.store.db, id);
  if (people > 0 && !call.has('yes'))
    throw new Refused(
      `${people === 1 ? '1 person has' : `${people} people have`} a value. Add --yes to delete them all.`,
    );
  const removed = await removeCustomAttribute(call.deps, id);
  await runFor(call, removed);
  return { json: asJson(removed.attribute), text: `Removed ${name}.` };
}

/** Runs the job of a change. Returns how many values it updated. */
async function runFor({ deps }: Call, { job }: ChangedAttribute): Promise<number> {
  if (!job) return 0;
  const done = finished(await runJob(deps, (await createJob(deps, job, 'the command line')).id));
  await removeJob(deps, done.id);
  return done.processed;
}

async function attributeNamed({ deps, operands: [name = ''] }: Call): Promise<CustomAttribute> {
  const attributes = await listCustomAttributes(deps.store.db);
  const found = attributes.find((one) => one.name.toLowerCase() === name.toLowerCase());
  if (!found) throw new Refused(`There is no attribute ${name}. See: anteroom attributes list`);
  return found;
}

function given({ text }: Call): Record<string, unknown> {
  const texts = { label: text('label'), section: text('section'), type: text('type'), visibleTo: text('visible-to') };
  const flags = ['several', 'selfEditable', 'searchable'].map((name) => [
    name,
    flagIn(text(dashed(name)), dashed(name)),
  ]);
  const all = { ...texts, choices: text('choices')?.split(','), ...Object.fromEntries(flags) };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

function flagIn(value: string | undefined, option: string): boolean | undefined {
  return value === undefined ? undefined : onOrOff(`--${option}`, value);
}

function labelOf(field: string): string {
  return field === 'name' || field === '' ? '' : `--${dashed(field)}`;
}

function asJson({ id: _, ...definition }: CustomAttribute) {
  return definition;
}
