import type { Deps } from '../deps.ts';
import type { AttributeList } from '../people/attribute.ts';
import { ownedNames } from '../people/ownership.ts';
import { checkMapping } from '../scim/mapping/checkMapping.ts';
import { findAttempt, tryOut } from '../scim/mapping/tryOut.ts';
import { changeMapping, changeOwnership, mappingOf } from '../sources/ownership.ts';
import type { MappingRule } from '../store/profileSources.ts';
import { accepted, type Call, type Command, list, type Output, Refused, table, UsageError } from './command.ts';
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
  {
    name: 'scim mapping',
    operands: 'SOURCE',
    summary: 'Show where what a source sends goes, or change it.',
    options: {
      map: { value: 'FROM=TO', help: 'Such as urn:acme:2.0:User:desk=location, or costCode=ignore.' },
      unmap: { value: 'FROM', help: 'Remove the rule for this.' },
    },
    run: showMapping,
  },
  {
    name: 'scim try',
    operands: 'SOURCE',
    summary: 'Show what a request would change. Its body is read from standard input. Nothing is stored.',
    options: {
      request: {
        value: 'REQUEST',
        help: 'The user name of the person to change, or such as "PATCH /Users/ID". Without it: a new person.',
      },
    },
    run: tryRequest,
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

async function showMapping({ deps, operands, text }: Call): Promise<Output> {
  const source = await sourceNamed(deps, operands[0]);
  const [map, unmap] = [text('map'), text('unmap')];
  const is = (from: string) => (rule: MappingRule) => rule.from.toLowerCase() === from.toLowerCase();
  const known = mappingOf(source);
  if (unmap !== undefined && !known.some(is(unmap))) throw new Refused(`There is no rule for ${unmap}.`);
  const kept = unmap === undefined ? known : known.filter((rule) => !is(unmap)(rule));
  const rules = map === undefined ? kept : withRule(deps, kept, map);
  const checked = accepted(checkMapping(deps.attributes.list, source, rules));
  const saved = map === undefined && unmap === undefined ? source : await changeMapping(deps, source.id, checked);
  const rows = mappingOf(saved).map(({ from, to }) => [from, to || 'ignore']);
  return { json: mappingOf(saved), text: table(['SENT', 'GOES TO'], rows, 'There is no mapping.') };
}

function withRule(deps: Deps, rules: MappingRule[], map: string): MappingRule[] {
  const [, from, to] = /^([^=]+)=([^=]+)$/.exec(map.trim()) ?? [];
  if (!from || !to) throw new UsageError('--map must be FROM=TO, such as costCode=costCenter or costCode=ignore.');
  const others = rules.filter((rule) => rule.from.toLowerCase() !== from.toLowerCase());
  return [...others, { from, to: to === 'ignore' ? '' : (attributeNames(deps.attributes.list, to)[0] ?? '') }];
}

async function tryRequest({ deps, operands: [name], text, input }: Call): Promise<Output> {
  const source = await sourceNamed(deps, name);
  const attempt = accepted(await findAttempt(deps, text('request') ?? '', (await input()).toString('utf8')));
  const { refusal, status, changes, notes } = accepted(await tryOut(deps, source, attempt));
  if (refusal !== undefined) throw new Refused(`${status}: ${refusal}`);
  const shown = (value: unknown) => (value === undefined ? '' : JSON.stringify(value));
  const rows = changes.map(({ attribute, before, after }) => [attribute, shown(before), shown(after)]);
  return {
    json: { status, changes, notes },
    text: table(['ATTRIBUTE', 'BEFORE', 'AFTER'], rows, 'The request would change nothing.'),
    warnings: notes,
  };
}
