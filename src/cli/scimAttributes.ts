import type { AttributeList } from '../people/attribute.ts';
import { ownedNames } from '../people/ownership.ts';
import { changeOwnership } from '../sources/ownership.ts';
import { accepted, type Call, type Command, list, type Output, UsageError } from './command.ts';
import { sourceNamed } from './sourceNamed.ts';

export const scimAttributeCommands: Command[] = [
  {
    name: 'scim attributes',
    operands: 'SOURCE',
    summary: 'Show what a source owns, or change it. A source owns the attributes that it sends.',
    options: {
      own: { value: 'NAMES', help: 'Attributes that it owns from now on, such as title,department.' },
      'take-away': { value: 'NAMES', help: 'Attributes that it no longer owns. What it sends is left out.' },
    },
    run: attributesOf,
  },
];

async function attributesOf({ deps, operands, text }: Call): Promise<Output> {
  const { list: all } = deps.attributes;
  const change = { added: attributeNames(all, text('own')), taken: attributeNames(all, text('take-away')) };
  const { id } = await sourceNamed(deps, operands[0]);
  const source = accepted(await changeOwnership(deps, id, change));
  const { owned, leftOut } = ownedNames(source);
  const entries: [string, string][] = [
    ['Owned', owned.join(', ')],
    ['Taken away', leftOut.join(', ') || 'none'],
  ];
  return { json: { id, name: source.name, owned, takenAway: leftOut }, text: list(entries) };
}

function attributeNames(attributes: AttributeList, text = ''): string[] {
  const names = text.split(/[\s,]+/).filter(Boolean);
  const known = new Map(attributes.map(({ name }) => [name.toLowerCase(), name]));
  return names.map((name) => {
    const found = known.get(name.toLowerCase());
    if (!found) throw new UsageError(`There is no attribute ${name}.`);
    return found;
  });
}
