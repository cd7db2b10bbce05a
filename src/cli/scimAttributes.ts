import type { Deps } from '../deps.ts';
import type { AttributeList } from '../people/attribute.ts';
import { ownedNames } from '../people/ownership.ts';
import { checkMapping } from '../scim/mapping/checkMapping.ts';
import { findAttempt, tryOut } from '../scim/mapping/tryOut.ts';
import { changeMapping, changeOwnership, mappingOf } from '../sources/ownership.ts';
import type { MappingRule } from '../store/profileSources.ts';
import { accepted, command, Refused, UsageError } from './command.ts';
import { type Option, type ReadContext, text } from './options.ts';
import { list, table } from './print.ts';
import { source } from './targets.ts';

export const scimAttributeCommands = [
  command({
    name: 'scim attributes',
    operands: [source],
    summary: 'Show what a source owns, or change it. A source owns the attributes that it sends.',
    options: {
      own: attributesOption('Attributes that it owns from now on, such as title,department.'),
      takeAway: attributesOption('Attributes that it no longer owns. What it sends is left out.'),
    },
    async run({ deps, options: { own: added = [], takeAway: taken = [] } }, { id }) {
      const source = accepted(await changeOwnership(deps, id, { added, taken }));
      const { owned, leftOut } = ownedNames(source);
      const text = list([
        ['Owned', owned.join(', ')],
        ['Taken away', leftOut.join(', ') || 'none'],
      ]);
      return { json: { id, name: source.name, owned, takenAway: leftOut }, text };
    },
  }),
  command({
    name: 'scim mapping',
    operands: [source],
    summary: 'Show where what a source sends goes, or change it.',
    options: {
      map: {
        ...text('FROM=TO', 'Such as urn:acme:2.0:User:desk=location, or costCode=ignore.'),
        read: (entered: string, { deps }: ReadContext) => ruleIn(deps, entered),
      },
      unmap: text('FROM', 'Remove the rule for this.'),
    },
    async run({ deps, options: { map, unmap } }, source) {
      const known = mappingOf(source);
      if (unmap !== undefined && !known.some(isFor(unmap))) throw new Refused(`There is no rule for ${unmap}.`);
      const replaced = [unmap, map?.from].filter((from) => from !== undefined);
      const kept = known.filter((rule) => !replaced.some((from) => isFor(from)(rule)));
      const rules = accepted(checkMapping(deps.attributes.list, source, map ? [...kept, map] : kept));
      const saved = replaced.length === 0 ? source : await changeMapping(deps, source.id, rules);
      const json = mappingOf(saved);
      const rows = json.map(({ from, to }) => ({ SENT: from, 'GOES TO': to || 'ignore' }));
      return { json, text: table(rows, 'There is no mapping.') };
    },
  }),
  command({
    name: 'scim try',
    operands: [source],
    summary: 'Show what a request would change. Its body is read from standard input. Nothing is stored.',
    options: {
      request: text(
        'REQUEST',
        'The user name of the person to change, or such as "PATCH /Users/ID". Without it: a new person.',
      ),
    },
    async run({ deps, options: { request = '' }, input }, source) {
      const attempt = accepted(await findAttempt(deps, request, (await input()).toString('utf8')));
      const { refusal, status, changes, notes } = accepted(await tryOut(deps, source, attempt));
      if (refusal !== undefined) throw new Refused(`${status}: ${refusal}`);
      const rows = changes.map(({ attribute, before, after }) => ({
        ATTRIBUTE: attribute,
        BEFORE: JSON.stringify(before),
        AFTER: JSON.stringify(after),
      }));
      return {
        json: { status, changes, notes },
        text: table(rows, 'The request would change nothing.'),
        warnings: notes,
      };
    },
  }),
];

function attributesOption(help: string): Option<string[]> {
  const read = (entered: string, { deps }: ReadContext) => attributeNames(deps.attributes.list, entered);
  return { ...text('NAMES', help), read };
}

function attributeNames(attributes: AttributeList, text: string): string[] {
  const names = text.split(/[\s,]+/).filter(Boolean);
  const known = new Map(attributes.map(({ name }) => [name.toLowerCase(), name]));
  return names.map((name) => {
    const found = known.get(name.toLowerCase());
    if (!found) throw new UsageError(`There is no attribute ${name}.`);
    return found;
  });
}

function isFor(from: string): (rule: MappingRule) => boolean {
  return (rule) => rule.from.toLowerCase() === from.toLowerCase();
}

function ruleIn({ attributes }: Deps, entered: string): MappingRule {
  const [, from, to] = /^([^=]+)=([^=]+)$/.exec(entered.trim()) ?? [];
  if (!from || !to) throw new UsageError('--map must be FROM=TO, such as costCode=costCenter or costCode=ignore.');
  return { from, to: to === 'ignore' ? '' : (attributeNames(attributes.list, to)[0] ?? '') };
}
