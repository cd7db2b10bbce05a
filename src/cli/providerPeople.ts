import { changePeopleRules, noPeopleRules } from '../federation/peopleRules.ts';
import { withSentManager } from '../federation/sentPerson.ts';
import { findLastSent, previewOf, type SentPreview, warningsAbout } from '../federation/sentPreview.ts';
import type { PeopleRules, ValueRule } from '../store/peopleRules.ts';
import { accepted, command, optionName, UsageError } from './command.ts';
import { type Option, onOff, type ReadContext, text } from './options.ts';
import { isoTime, list } from './print.ts';
import { provider } from './targets.ts';

export const providerPeopleCommands = [
  command({
    name: 'idp people',
    operands: [provider],
    summary: 'Show which people an identity provider creates and updates at their logins, or change it.',
    notes: 'After a Test login, it also shows the person that such a login would create.',
    options: {
      create: onOff('Create people at their first login.'),
      update: onOff('Update people at each login.'),
      userName: orNone(
        'nameid',
        'The attribute with the user name of new people; nameid: the name they are matched by.',
      ),
      required: rule(
        'Who may log in, such as "memberOf=Intranet;Editors": the attribute and its values. none: everyone.',
      ),
      powerUser: rule('Who becomes a Power User, in the same form. none: nobody.'),
      groups: orNone('none', 'The attribute with names of groups, which are kept in step. none: no groups.'),
      map: { ...text('FROM=TO', 'Write an attribute to a column of CSV files, such as mail=email.'), read: mappingIn },
      unmap: text('FROM', 'No longer write this attribute.'),
    },
    async run({ deps, options }, provider) {
      const before = provider.people ?? noPeopleRules;
      const { userName: userNameFrom = before.userNameFrom, groups: groupsFrom = before.groupsFrom } = options;
      const { map, unmap, create, update, required, powerUser } = { ...before, ...options };
      const mapping = withMapping(withoutMapping(before.mapping, unmap), map);
      const wanted = { ...before, create, update, userNameFrom, required, powerUser, groupsFrom, mapping };
      const isSame = JSON.stringify(wanted) === JSON.stringify(before);
      const { people: rules } = isSame
        ? { people: before }
        : accepted(await changePeopleRules(deps, provider.id, wanted), labelOf);
      const last = await findLastSent(deps.store.db, provider.id);
      const sent = last && (await withSentManager(deps.store.db, rules, last));
      const preview = sent && previewOf(provider, rules, sent, deps.attributes.list);
      const warnings = warningsAbout({ ...provider, people: rules }, sent);
      const text = preview ? `${shown(rules)}\n\n${previewText(preview)}` : shown(rules);
      return { json: { ...rules, preview: preview ? previewJson(preview) : null }, text, warnings };
    },
  }),
];

/** Returns an option with the name of an attribute, which one word leaves empty. */
function orNone(none: string, help: string): Option<string> {
  return { ...text('ATTRIBUTE', help), read: (entered) => (entered === none ? '' : entered) };
}

/** Returns an option with an attribute and its values. They may contain = and commas, as names in a directory do. */
function rule(help: string): Option<ValueRule> {
  const read = (entered: string, { name }: ReadContext) => {
    if (entered === 'none') return { attribute: '', values: [] };
    const [, attribute, values] = /^([^=]+)=(.+)$/s.exec(entered) ?? [];
    if (!attribute || !values) throw new UsageError(`${name} must be ATTRIBUTE=VALUE, or none.`);
    return { attribute, values: values.split(/[;\n]/) };
  };
  return { ...text('RULE', help), read };
}

type Line = PeopleRules['mapping'][number];

function mappingIn(entered: string): Line {
  // Names of attributes may be URLs with =, names of columns have none.
  const [, from, to] = /^(.+)=([^=]+)$/.exec(entered) ?? [];
  if (!from || !to) throw new UsageError('--map must be FROM=TO, such as mail=email.');
  return { from, to };
}

function withoutMapping(mapping: Line[], from: string | undefined): Line[] {
  if (from === undefined) return mapping;
  const rest = mapping.filter((line) => line.from !== from);
  if (rest.length === mapping.length) throw new UsageError(`There is no mapping for ${from}.`);
  return rest;
}

function withMapping(mapping: Line[], added: Line | undefined): Line[] {
  return added ? [...mapping.filter(({ to }) => to !== added.to), added] : mapping;
}

function previewJson({ at, problem, values, leftOut }: SentPreview) {
  return { at: isoTime(at), problem: problem ?? null, person: Object.fromEntries(values), leftOut };
}

function previewText({ at, problem, values, leftOut }: SentPreview): string {
  const title = `A new person like the one of the Test login at ${isoTime(at)} would be:`;
  const rest = leftOut.length === 0 ? [] : [`Left out, because the values are not valid: ${leftOut.join(', ')}.`];
  return [title, problem ?? list(values), ...rest].join('\n');
}

function labelOf(field: string): string {
  const options: Record<string, string> = { groupsFrom: 'groups', userNameFrom: 'userName' };
  const [name = ''] = field.split('.');
  return ['required', 'powerUser', 'groupsFrom', 'userNameFrom'].includes(name)
    ? optionName(options[name] ?? name)
    : '--map';
}

function shown({ create, update, userNameFrom, mapping, required, powerUser, groupsFrom }: PeopleRules): string {
  return list([
    ['Create people at their first login', create ? 'on' : 'off'],
    ['Update people at each login', update ? 'on' : 'off'],
    ['User name', userNameFrom || 'the name that people are matched by'],
    ['Required', ruleText(required, 'nothing')],
    ['Power Users', ruleText(powerUser, 'nobody')],
    ['Groups', groupsFrom || 'none'],
    ...mapping.map(({ from, to }): [string, string] => [to, from]),
  ]);
}

function ruleText({ attribute, values }: ValueRule, none: string): string {
  return attribute === '' ? none : `${attribute} is ${values.join(' or ')}`;
}
