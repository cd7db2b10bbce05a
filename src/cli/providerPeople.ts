import { changePeopleRules, noPeopleRules } from '../federation/peopleRules.ts';
import { withSentManager } from '../federation/sentManager.ts';
import { findLastSent, previewOf, type SentPreview, warningsAbout } from '../federation/sentPreview.ts';
import type { PeopleRules, ValueRule } from '../store/peopleRules.ts';
import { accepted, type Call, type Command, isoTime, list, type Output, onOrOff, UsageError } from './command.ts';
import { providerNamed } from './providerShown.ts';

export const providerPeopleCommands: Command[] = [
  {
    name: 'idp people',
    operands: 'IDP',
    summary: 'Show which people an identity provider creates and updates at their logins, or change it.',
    notes: 'After a Test login, it also shows the person that such a login would create.',
    options: {
      create: { value: 'ON|OFF', help: 'Create people at their first login.' },
      update: { value: 'ON|OFF', help: 'Update people at each login.' },
      'user-name': {
        value: 'ATTRIBUTE',
        help: 'The attribute with the user name of new people; nameid: the name they are matched by.',
      },
      required: {
        value: 'RULE',
        help: 'Who may log in, such as "memberOf=Intranet;Editors": the attribute and its values. none: everyone.',
      },
      'power-user': { value: 'RULE', help: 'Who becomes a Power User, in the same form. none: nobody.' },
      groups: {
        value: 'ATTRIBUTE',
        help: 'The attribute with names of groups, which are kept in step. none: no groups.',
      },
      map: { value: 'FROM=TO', help: 'Write an attribute to a column of CSV files, such as mail=email.' },
      unmap: { value: 'FROM', help: 'No longer write this attribute.' },
    },
    run: people,
  },
];

async function people(call: Call): Promise<Output> {
  const { deps, operands } = call;
  const provider = await providerNamed(deps, operands[0]);
  const before = provider.people ?? noPeopleRules;
  const wanted = changed(call, before);
  const isSame = JSON.stringify(wanted) === JSON.stringify(before);
  const { people: rules } = isSame
    ? { people: before }
    : accepted(await changePeopleRules(deps, provider.id, wanted), labelled);
  const last = await findLastSent(deps.store.db, provider.id);
  const sent = last && (await withSentManager(deps.store.db, rules, last));
  const preview = sent && previewOf(provider, rules, sent, deps.attributes.list);
  const warnings = warningsAbout({ ...provider, people: rules }, sent);
  const text = preview ? `${shown(rules)}\n\n${previewText(preview)}` : shown(rules);
  return { json: { ...rules, preview: preview ? previewJson(preview) : null }, text, warnings };
}

function previewJson({ at, problem, values, leftOut }: SentPreview) {
  return { at: isoTime(at), problem: problem ?? null, person: Object.fromEntries(values), leftOut };
}

function previewText({ at, problem, values, leftOut }: SentPreview): string {
  const title = `A new person like the one of the Test login at ${isoTime(at)} would be:`;
  const rest = leftOut.length === 0 ? [] : [`Left out, because the values are not valid: ${leftOut.join(', ')}.`];
  return [title, problem ?? list(values), ...rest].join('\n');
}

function changed({ text }: Call, before: PeopleRules): PeopleRules {
  const [create, update, userName] = [text('create'), text('update'), text('user-name')];
  const [required, powerUser] = [text('required'), text('power-user')];
  const groups = text('groups');
  return {
    ...before,
    ...(create !== undefined && { create: onOrOff('--create', create) }),
    ...(update !== undefined && { update: onOrOff('--update', update) }),
    ...(userName !== undefined && { userNameFrom: userName === 'nameid' ? '' : userName }),
    ...(required !== undefined && { required: ruleIn('--required', required) }),
    ...(powerUser !== undefined && { powerUser: ruleIn('--power-user', powerUser) }),
    ...(groups !== undefined && { groupsFrom: groups === 'none' ? '' : groups }),
    mapping: withMapping(withoutMapping(before.mapping, text('unmap')), text('map')),
  };
}

/** Values may contain = and commas, as names in a directory do. */
function ruleIn(option: string, text: string): ValueRule {
  if (text === 'none') return { attribute: '', values: [] };
  const [, attribute, values] = /^([^=]+)=(.+)$/s.exec(text) ?? [];
  if (!attribute || !values) throw new UsageError(`${option} must be ATTRIBUTE=VALUE, or none.`);
  return { attribute, values: values.split(/[;\n]/) };
}

function withoutMapping(mapping: PeopleRules['mapping'], from: string | undefined): PeopleRules['mapping'] {
  if (from === undefined) return mapping;
  const rest = mapping.filter((line) => line.from !== from);
  if (rest.length === mapping.length) throw new UsageError(`There is no mapping for ${from}.`);
  return rest;
}

function withMapping(mapping: PeopleRules['mapping'], text: string | undefined): PeopleRules['mapping'] {
  if (text === undefined) return mapping;
  // Names of attributes may be URLs with =, names of columns have none.
  const [, from, to] = /^(.+)=([^=]+)$/.exec(text) ?? [];
  if (!from || !to) throw new UsageError('--map must be FROM=TO, such as mail=email.');
  return [...mapping.filter((line) => line.to !== to), { from, to }];
}

function labelled(field: string): string {
  const [name] = field.split('.');
  return name === 'required'
    ? '--required'
    : name === 'powerUser'
      ? '--power-user'
      : name === 'groupsFrom'
        ? '--groups'
        : name === 'userNameFrom'
          ? '--user-name'
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
