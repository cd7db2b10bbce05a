import { type Checked, type FieldErrors, invalid } from '../../errors.ts';
import type { AttributeList, PersonAttribute } from '../../people/attribute.ts';
import { leavesOut, owns } from '../../people/ownership.ts';
import { mappingOf } from '../../sources/ownership.ts';
import type { MappingRule, ProfileSource } from '../../store/profileSources.ts';
import { personNames } from '../schema/readResource.ts';
import { type ResourceType, userTypeOf } from '../schema/schema.ts';
import { findSent, spellings } from './mapBody.ts';

const MAX_RULES = 50;
const MAX_CHARACTERS = 200;
const FORM = 'Enter a name such as costCode, office.floor or urn:acme:2.0:User:desk.';
const singleTexts = ['text', 'longText', 'choice', 'date', 'link', 'language', 'timeZone', 'number'];

/**
 * Checks the mapping of a source, whose empty rules are dropped. A rule is refused if values would be lost: two attributes written to one,
 * or to one of another kind, or if it touches who a person is. Errors are keyed `0.from` and `0.to`.
 */
export function checkMapping(
  attributes: AttributeList,
  source: ProfileSource,
  entered: MappingRule[],
): Checked<MappingRule[]> {
  const rules = entered
    .map(({ from, to }) => ({ from: from.trim(), to: to.trim() }))
    .filter(({ from, to }) => from !== '' || to !== '');
  if (rules.length > MAX_RULES) return invalid({ '0.from': `Use at most ${MAX_RULES} rules.` });
  const checking = { attributes, type: userTypeOf(attributes), source, rules };
  const errors: FieldErrors = {};
  for (const [index, rule] of rules.entries()) {
    const from = fromError(checking, rule, index);
    const to = from === undefined ? toError(checking, rule, index) : undefined;
    if (from !== undefined) errors[`${index}.from`] = from;
    if (to !== undefined) errors[`${index}.to`] = to;
  }
  return Object.keys(errors).length > 0 ? invalid(errors) : { ok: true, value: rules };
}

type Checking = { attributes: AttributeList; type: ResourceType; source: ProfileSource; rules: MappingRule[] };

function fromError(
  { attributes, type, rules }: Checking,
  { from, to }: MappingRule,
  index: number,
): string | undefined {
  if (from.length > MAX_CHARACTERS || !/^(urn:[^\s"[\]]+:)?[a-z$][\w$-]*(\.[a-z$][\w$-]*)?$/i.test(from)) return FORM;
  const own = spellings(type, from);
  if (
    rules
      .slice(0, index)
      .some((rule) => isPath(rule.from) && spellings(type, rule.from).some((one) => own.includes(one)))
  )
    return 'This is mapped twice.';
  const sent = findSent(type, from);
  if (!sent) return undefined;
  const known = namedIn(attributes, personNames(sent, undefined));
  const [attribute] = known;
  if (!attribute) return `${from} cannot be mapped.`;
  if (known.length > 1)
    return `${from} has several parts. Map one of them, such as ${from}.${sent.attribute.subAttributes?.[0]?.name}.`;
  if (attribute.identity) return `${attribute.label} tells who a person is, so it cannot be mapped.`;
  if (sent.sub && !sent.sub.person) return `This is a part of ${attribute.label}. Map the whole attribute.`;
  return to === '' ? `To leave out ${attribute.label}, take it away under Attributes.` : undefined;
}

function toError(checking: Checking, { from, to }: MappingRule, index: number): string | undefined {
  if (to === '') return undefined;
  const { attributes, type, source, rules } = checking;
  const target = attributes.find(({ name }) => name === to);
  if (!target) return 'Select an attribute.';
  const { label } = target;
  if (target.identity) return `${label} tells who a person is, so nothing can be mapped to it.`;
  if (rules.slice(0, index).some((rule) => rule.to === to))
    return `Two attributes would be written to ${label}, and one of the values would be lost.`;
  const sent = findSent(type, from);
  const [known] = sent ? namedIn(attributes, personNames(sent, undefined)) : [];
  if (known?.name === to) return `${from} is ${label} already.`;
  if (known && !holds(target, known)) return `${label} cannot hold the values of ${known.label}.`;
  if (leavesOut(source, to)) return `${label} was taken away from ${source.name}. Select it under Attributes first.`;
  if (isSentItself(checking, to))
    return `${source.name} sends ${label} too, and one of the values would be lost. Map that one to another attribute, or take it away.`;
  return undefined;
}

/** Whether the source sends the target of a rule under its own name, and no rule moves that elsewhere. */
function isSentItself({ attributes, type, source, rules }: Checking, to: string): boolean {
  if (!owns(source, to) || mappingOf(source).some((rule) => rule.to === to)) return false;
  return !rules.some(({ from }) => {
    const sent = isPath(from) ? findSent(type, from) : undefined;
    return sent && namedIn(attributes, personNames(sent, undefined))[0]?.name === to;
  });
}

function isPath(from: string): boolean {
  return /^[\w$:.-]+$/.test(from);
}

function namedIn(attributes: AttributeList, names: string[]): PersonAttribute[] {
  return attributes.filter(({ name }) => names.includes(name));
}

/** Whether values of one attribute are values of another: of the same type, or one text. */
function holds(target: PersonAttribute, sent: PersonAttribute): boolean {
  const hasSeveral = ({ custom }: PersonAttribute) => custom?.several ?? false;
  if (hasSeveral(target) !== hasSeveral(sent)) return false;
  const isText = (target.type === 'text' || target.type === 'longText') && singleTexts.includes(sent.type);
  return target.type === sent.type || isText;
}
