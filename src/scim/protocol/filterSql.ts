import { sql } from 'kysely';
import type { Engine } from '../../db/open.ts';
import { badRequest } from '../http/errors.ts';
import type { Attribute } from '../schema/attribute.ts';
import { findByPath, findSubAttribute, type Located, type ResourceType } from '../schema/schema.ts';
import { type Condition, compareSql, type Leaf } from './comparisonSql.ts';
import { type AttributePath, type Filter, printPath } from './filter.ts';
import { compareValue } from './matchFilter.ts';
import {
  comparison,
  elementOperand,
  elementRows,
  extensionValue,
  type Operand,
  operandOf,
  primaryOperand,
} from './operand.ts';

type ValueFilter = Filter & { kind: 'values' };
type Context = { type: ResourceType; engine: Engine };

/** A condition on a row, or the result if it is the same for every row. */
export type Test = Condition | boolean;

/**
 * Translates a filter to a condition on the rows of `users` or `groups` (RFC 7644 3.4.2.2), case-sensitive where the schema is.
 * A multi-valued attribute matches if one of its values does.
 * @throws ScimError invalidFilter for an attribute that is unknown, not filterable or of another type
 */
export function filterToSql(type: ResourceType, engine: Engine, filter: Filter): Test {
  return translate(filter, (leaf) => attributeCondition({ type, engine }, leaf));
}

/** Returns the operand to sort by: of several values the primary or first one (RFC 7644 3.4.2.3). @throws ScimError invalidPath */
export function sortOperand(type: ResourceType, engine: Engine, path: AttributePath): Operand {
  const located = locate(type, path, 'invalidPath');
  const { attribute } = located;
  const part = located.sub ?? mainPart(attribute);
  if (attribute.name === 'emails' && part?.name === 'value')
    return { value: sql.ref('users.email'), kind: 'text', exact: false };
  const inProfile = attribute.multiValued && attribute.mutability !== 'readOnly' && type.name === 'User';
  const operand = inProfile
    ? part && primaryOperand(engine, attribute, part)
    : operandOf(type, engine, { ...located, sub: part });
  if (!operand) throw badRequest('invalidPath', `Sorting by ${printPath(path)} is not supported.`);
  return operand;
}

/**
 * Translates a value filter of `members` to conditions on `groupMembers` joined with `users`, and on `groups` as "child".
 * @throws ScimError invalidFilter
 */
export function memberConditions(
  engine: Engine,
  members: Attribute,
  filter: Filter,
): { people: Condition; groups: Condition } {
  const people = elementCondition(engine, members, memberPart, filter);
  const groups = elementCondition(engine, members, nestedPart, filter);
  return { people: asCondition(people), groups: asCondition(groups) };
}

/** Translates `and`, `or` and `not`, and everything else with `leaf`. */
function translate(filter: Filter, leaf: (filter: Leaf | ValueFilter) => Test): Test {
  if (filter.kind === 'not') return negate(translate(filter.item, leaf));
  if (!('items' in filter)) return leaf(filter);
  const tests = filter.items.map((item) => translate(item, leaf));
  return join(filter.kind, tests);
}

function attributeCondition(context: Context, filter: Leaf | ValueFilter): Test {
  if (filter.kind !== 'values') return leafCondition(context, filter);
  const { attribute, sub } = locate(context.type, filter.path, 'invalidFilter');
  if (!attribute.multiValued || sub) throw notFilterable(filter.path);
  return valuesCondition(context, attribute, filter.item);
}

function leafCondition(context: Context, filter: Leaf): Test {
  const located = locate(context.type, filter.path, 'invalidFilter');
  const { attribute, sub } = located;
  if (attribute.name === 'schemas') return schemasCondition(context, filter);
  if (attribute.multiValued) {
    const part = sub ?? mainPart(attribute);
    if (!part) throw notFilterable(filter.path);
    return valuesCondition(context, attribute, { ...filter, path: { name: part.name } });
  }
  if (attribute.type === 'complex' && !sub && filter.kind === 'present') return complexPresent(context, located);
  if (attribute.name === 'manager' && sub?.name === 'displayName') return managerCondition(context.engine, filter, sub);
  // Entra asks for `manager eq "…"`.
  const operand = operandOf(context.type, context.engine, {
    ...located,
    sub: sub ?? findSubAttribute(attribute, 'value'),
  });
  if (!operand) throw notFilterable(filter.path);
  return compare(context.engine, operand, filter);
}

/** A comparison with what is the same in every row is decided here. */
function compare(engine: Engine, operand: Operand, filter: Leaf): Test {
  const condition = compareSql(engine, operand, filter);
  if (filter.kind === 'present') return operand.constant !== undefined || operand.folded !== undefined || condition;
  const { constant, exact } = operand;
  return constant === undefined ? condition : compareValue({ type: 'string', caseExact: exact }, constant, filter);
}

/** `schemas eq "urn:…"`: the core schema is always there, an extension if the person has one of its attributes. */
function schemasCondition({ type, engine }: Context, filter: Leaf): Test {
  const isMeant = ({ id }: { id: string }) =>
    compare(engine, { value: sql.lit(id), constant: id, kind: 'text', exact: false }, filter) === true;
  if (isMeant(type.schema)) return true;
  const meant = type.extensions.filter(isMeant);
  return join(
    'or',
    meant.map(({ id }) => sql<boolean>`${extensionValue(engine, id)} is not null`),
  );
}

/** `name pr`: one of the sub-attributes has a value. */
function complexPresent(context: Context, located: Located): Test {
  const subAttributes = located.attribute.subAttributes ?? [];
  const operands = subAttributes.map((sub) => operandOf(context.type, context.engine, { ...located, sub }));
  const conditions = operands.map((operand) => operand && sql<boolean>`${operand.value} is not null`);
  return join(
    'or',
    conditions.filter((condition) => condition !== undefined),
  );
}

function managerCondition(engine: Engine, filter: Leaf, sub: Attribute): Condition {
  const condition = compareSql(engine, { value: sql.ref('m.displayName'), ...comparison(sub) }, filter);
  return sql<boolean>`exists (select 1 from "users" as "m" where "m"."id" = "users"."managerId" and ${condition})`;
}

function valuesCondition({ engine }: Context, attribute: Attribute, filter: Filter): Test {
  if (attribute.name === 'groups') return groupsCondition(engine, attribute, filter);
  if (attribute.name === 'members') return membersCondition(engine, attribute, filter);
  const test = elementCondition(engine, attribute, (sub) => elementOperand(engine, sub), filter);
  if (test === false) return false;
  return sql<boolean>`exists (select 1 from ${elementRows(engine, attribute)} where ${asCondition(test)})`;
}

/**
 * Memberships are found row by row, so that what a slice of people or groups costs depends only on its own rows. A group above is indirect
 * unless the person is a direct member too.
 */
function groupsCondition(engine: Engine, attribute: Attribute, filter: Filter): Test {
  const direct = elementCondition(engine, attribute, groupPart('direct'), filter);
  const above = elementCondition(engine, attribute, groupPart('indirect'), filter);
  const isDirect = sql<boolean>`exists (select 1 from "groupMembers" join "groups" on "groups"."id" = "groupMembers"."groupId" where "groupMembers"."userId" = "users"."id" and ${asCondition(direct)})`;
  const isAbove = sql<boolean>`exists (select 1 from "groupMembers" join "groupAncestors" on "groupAncestors"."groupId" = "groupMembers"."groupId" join "groups" on "groups"."id" = "groupAncestors"."ancestorId" where "groupMembers"."userId" = "users"."id" and ${asCondition(above)} and (select 1 from "groupMembers" as "direct" where "direct"."groupId" = "groups"."id" and "direct"."userId" = "users"."id") is null)`;
  return join('or', [direct && isDirect, above && isAbove]);
}

function membersCondition(engine: Engine, attribute: Attribute, filter: Filter): Test {
  const people = elementCondition(engine, attribute, memberPart, filter);
  const groups = elementCondition(engine, attribute, nestedPart, filter);
  const isPerson = sql<boolean>`exists (select 1 from "groupMembers" join "users" on "users"."id" = "groupMembers"."userId" where "groupMembers"."groupId" = "groups"."id" and ${asCondition(people)})`;
  const isGroup = sql<boolean>`exists (select 1 from "nestedGroups" join "groups" as "child" on "child"."id" = "nestedGroups"."memberId" where "nestedGroups"."groupId" = "groups"."id" and ${asCondition(groups)})`;
  return join('or', [people && isPerson, groups && isGroup]);
}

function elementCondition(
  engine: Engine,
  attribute: Attribute,
  part: (sub: Attribute) => Operand,
  filter: Filter,
): Test {
  return translate(filter, (leaf) => {
    const { urn, name, sub } = leaf.path;
    const operand = findSubAttribute(attribute, name);
    if (leaf.kind === 'values' || !operand || urn !== undefined || sub !== undefined) throw notFilterable(leaf.path);
    return compare(engine, part(operand), leaf);
  });
}

/** The same as nameOf() in people/users.ts. */
const shownName = sql`coalesce("users"."displayName", nullif(trim(coalesce("users"."givenName", '') || ' ' || coalesce("users"."familyName", '')), ''), "users"."userName")`;

const memberPart = partsOf({ id: 'groupMembers.userId', name: shownName, type: 'User' });
const nestedPart = partsOf({
  id: 'child.id',
  name: sql.ref('child.displayName'),
  key: 'child.displayNameKey',
  type: 'Group',
});

function groupPart(type: 'direct' | 'indirect'): (sub: Attribute) => Operand {
  return partsOf({ id: 'groups.id', name: sql.ref('groups.displayName'), key: 'groups.displayNameKey', type });
}

type Membership = { id: string; name: Operand['value']; key?: string; type: string };

/** Returns a function that returns the operands of the sub-attributes of a membership. */
function partsOf({ id, name, key, type }: Membership): (sub: Attribute) => Operand {
  return (sub) => {
    const text = comparison(sub);
    if (sub.name === 'value') return { value: sql.ref(id), ...text };
    if (sub.name === 'display') return { value: name, ...(key ? { folded: sql.ref(key) } : {}), ...text };
    if (sub.name === 'type') return { value: sql.lit(type), constant: type, ...text };
    throw notFilterable(sub);
  };
}

/** The sub-attribute that stands for a multi-valued attribute. */
function mainPart(attribute: Attribute): Attribute | undefined {
  return findSubAttribute(attribute, 'value') ?? findSubAttribute(attribute, 'formatted');
}

function locate(type: ResourceType, path: AttributePath, scimType: 'invalidFilter' | 'invalidPath'): Located {
  const located = findByPath(type, path);
  if (located) return located;
  throw badRequest(scimType, `There is no attribute ${printPath(path).slice(0, 200)}.`);
}

function join(kind: 'and' | 'or', tests: Test[]): Test {
  const decisive = kind === 'or';
  if (tests.includes(decisive)) return decisive;
  const conditions = tests.filter((test) => typeof test !== 'boolean');
  if (conditions.length === 0) return !decisive;
  return sql`(${sql.join(conditions, kind === 'and' ? sql` and ` : sql` or `)})`;
}

function asCondition(test: Test): Condition {
  return typeof test === 'boolean' ? sql<boolean>`${sql.lit(test)}` : test;
}

/** A comparison with a missing value is unknown in SQL. It counts as false, so that its negation is true. */
function negate(test: Test): Test {
  return typeof test === 'boolean' ? !test : sql`not coalesce(${test}, false)`;
}

function notFilterable(path: AttributePath): Error {
  return badRequest('invalidFilter', `This filter on ${printPath(path).slice(0, 200)} is not supported.`);
}
