import { counted } from '../counted.ts';
import type { Deps } from '../deps.ts';
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
import { AUTHOR, accepted, command, optionName, Refused } from './command.ts';
import { flag, onOff, operand, text, type Value } from './options.ts';
import { table } from './print.ts';
import { finished } from './shownJob.ts';

const attribute: Value<CustomAttribute> = {
  value: 'NAME',
  read: async (entered, { deps }) => {
    const attributes = await listCustomAttributes(deps.store.db);
    const found = attributes.find(({ name }) => name.toLowerCase() === entered.toLowerCase());
    if (!found) throw new Refused(`There is no attribute ${entered}. See: anteroom attributes list`);
    return found;
  },
};

const options = {
  label: text('TEXT', 'The label on screens.'),
  section: text('SECTION', `Its section: ${Object.keys(personSections).join(', ')} (default: work).`),
  type: text('TYPE', `One of: ${Object.keys(typeLabels).join(', ')} (default: text).`),
  choices: {
    ...text('A,B', 'The choices of the type choice, separated by commas.'),
    read: (entered: string) => entered.split(','),
  },
  several: onOff('Whether a person can have several values.'),
  visibleTo: text('WHO', `Who sees it: ${Object.keys(audienceLabels).join(', ')} (default: self).`),
  selfEditable: onOff('Whether people can change it on their own profile.'),
  searchable: onOff('Whether people are found by its words.'),
};

export const attributeCommands = [
  command({
    name: 'attributes list',
    summary: 'List the attributes of people that were added here.',
    async run({ deps }) {
      const attributes = await listCustomAttributes(deps.store.db);
      const rows = attributes.map(({ name, label, several, type, section, visibleTo }) => ({
        ...{ NAME: name, LABEL: label, TYPE: several ? `${type}, several` : type },
        ...{ SECTION: section, 'VISIBLE TO': visibleTo },
      }));
      return { json: attributes.map(asJson), text: table(rows, 'No attributes yet.') };
    },
  }),
  command({
    name: 'attributes add',
    operands: [operand('NAME')],
    summary: 'Add an attribute of people.',
    options,
    async run({ deps, options }, name) {
      const defaults = { section: 'work', type: 'text', choices: [], several: false, visibleTo: 'self' };
      const input = { name, label: name, ...defaults, selfEditable: false, searchable: false, ...options };
      const added = accepted(await addCustomAttribute(deps, input), labelOf);
      return { json: asJson(added), text: `Added ${added.name}.` };
    },
  }),
  command({
    name: 'attributes change',
    operands: [attribute],
    summary: 'Change an attribute. A type that would lose values is refused.',
    options,
    async run({ deps, options }, { id, ...before }) {
      const changed = accepted(await changeCustomAttribute(deps, id, { ...before, ...options }), labelOf);
      const updated = await runFor(deps, changed);
      return {
        json: asJson(changed.attribute),
        text: `Changed ${before.name}.${updated > 0 ? ` ${counted(updated, 'value was', 'values were')} updated.` : ''}`,
      };
    },
  }),
  command({
    name: 'attributes remove',
    operands: [attribute],
    summary: 'Remove an attribute with its values.',
    options: { yes: flag('Also if people have a value. Save them first with people export.') },
    async run({ deps, options }, { id, name }) {
      const people = await countMarked(deps.store.db, id);
      if (people > 0 && !options.yes)
        throw new Refused(`${counted(people, 'person has', 'people have')} a value. Add --yes to delete them all.`);
      const removed = await removeCustomAttribute(deps, id);
      await runFor(deps, removed);
      return { json: asJson(removed.attribute), text: `Removed ${name}.` };
    },
  }),
];

/** Runs the job of a change. Returns how many values it updated. */
async function runFor(deps: Deps, { job }: ChangedAttribute): Promise<number> {
  if (!job) return 0;
  const done = finished(await runJob(deps, (await createJob(deps, job, AUTHOR)).id));
  await removeJob(deps, done.id);
  return done.processed;
}

function labelOf(field: string): string {
  return field === 'name' ? '' : optionName(field);
}

function asJson({ id: _, ...definition }: CustomAttribute) {
  return definition;
}
