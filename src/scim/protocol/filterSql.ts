import { sql } from 'kysely';
import type { Engine } from '../../db/open.ts';
import { caseKey } from '../../store/caseKey.ts';
import { badRequest } from '../http/errors.ts';
import type { Attribute } from '../schema/attribute.ts';
import { findByPath, findSubAttribute, type Located, type ResourceType } from '../schema/schema.ts';
import { type Condition, compareSql, type Leaf } from './comparisonSql.ts';
import { type AttributePath, type Filter, printPath } from './filter.ts';
import { comparison, elementOperand, elementRows, type Operand, operandOf, primaryOperand } from './operand.ts';

type ValueFilter = Filter & { kind: 'values' };
type Context = { type: ResourceType; engine: Engine };

/** The values of a multi-valued attribute: `where` tests that one of them meets a condition on its sub-attributes. */
type Elements = { where(condition: Condition): Condition; part(sub: Attribute): Operand };

/**
 * Translates a filter to a condition on the rows of `users` or `groups` (RFC 7644 3.4.2.2), case-sensitive where the schema is.
 * A multi-valued attribute matches if one of its values does.
 * @throws ScimError invalidFilter for an attribute that is unknown, not filterable or of another type
 */
export function filterToSql(type: ResourceType, engine: Engine, filter: Filter): Condition {
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

/** Translates a value filter of `members` to a condition on `groupMembers` joined with `users`. @throws ScimError invalidFilter */
export function memberCondition(engine: Engine, members: Attribute, filter: Filter): Condition {
  return elementCondition(engine, members, memberPart, filter);
}

/** Translates `and`, `or` and `not`, and everything else with `leaf`. */
function translate(filter: Filter, leaf: (filter: Leaf | ValueFilter) => Condition): Condition {
  if (filter.kind === 'not') return negate(translate(filter.item, leaf));
  if (!('items' in filter)) return leaf(filter);
  const conditions = filter.items.map((item) => translate(item, leaf));
  return join(filter.kind, conditions);
}

function attributeCondition(context: Context, filter: Leaf | ValueFilter): Condition {
  if (filter.kind !== 'values') return leafCondition(context, filter);
  const { attribute, sub } = locate(context.type, filter.path, 'invalidFilter');
  if (!attribute.multiValued || sub) throw notFilterable(filter.path);
  return valuesCondition(context, attribute, filter.item);
}

function leafCondition(context: Context, filter: Leaf): Condition {
  const located = locate(context.type, filter.path, 'invalidFilter');
  const { attribute, sub } = located;
  if (attribute.name === 'schemas') return schemasCondition(context, filter);
  if (attribute.multiValued) {
    const part = sub ?? mainPart(attribute);
    if (!part) throw notFilterable(filter.path);
    return valuesCondition(context, attribute, { ...filter, path: { name: part.name } });
  }
  if (attribute.type === 'complex' && !sub) return complexPresent(context, filter, located);
  if (attribute.name === 'manager' && sub?.name === 'displayName') return managerCondition(context.engine, filter, sub);
  const operand = operandOf(context.type, context.engine, located);
  if (!operand) throw notFilterable(filter.path);
  return compareSql(context.engine, operand, filter);
}

/** `schemas eq "urn:…"`: a resource has an extension's URN if one of its attributes has a value. */
function schemasCondition(context: Context, filter: Leaf): Condition {
  const { schema, extensions } = context.type;
  const presence = (urn: string, name: string) => leafCondition(context, { kind: 'present', path: { urn, name } });
  const urns = [
    sql`select ${sql.lit(schema.id)} as "urn"`,
    ...extensions.map(
      ({ id, attributes }) =>
        sql`select ${sql.lit(id)} where ${join(
          'or',
          attributes.map(({ name }) => presence(id, name)),
        )}`,
    ),
  ];
  const urn: Operand = { value: sql.ref('schemas.urn'), kind: 'text', exact: false };
  return sql`exists (select 1 from (${sql.join(urns, sql` union all `)}) as "schemas" where ${compareSql(context.engine, urn, filter)})`;
}

/** `name pr`: one of the sub-attributes has a value. */
function complexPresent(context: Context, filter: Leaf, located: Located): Condition {
  if (filter.kind === 'compare') throw notFilterable(filter.path);
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
  return sql<boolean>`"users"."managerId" in (select "m"."id" from "users" as "m" where ${condition})`;
}

function valuesCondition(context: Context, attribute: Attribute, filter: Filter): Condition {
  const { where, part } = elementsOf(context, attribute);
  const condition = where(elementCondition(context.engine, attribute, part, filter));
  const address = attribute.name === 'emails' ? requiredValue(attribute, filter) : undefined;
  if (address === undefined) return condition;
  // The index of addresses finds the few candidates, the condition checks their type.
  const indexed = sql<boolean>`"users"."id" in (select "userId" from "userEmails" where "valueKey" = ${caseKey(address)})`;
  return join('and', [indexed, condition]);
}

/** Returns the value that every match has: of `value eq "x"`, alone or joined by `and`. */
function requiredValue(attribute: Attribute, filter: Filter): string | undefined {
  if (filter.kind === 'and')
    return filter.items.map((item) => requiredValue(attribute, item)).find((value) => value !== undefined);
  if (filter.kind !== 'compare' || filter.comparator !== 'eq' || typeof filter.value !== 'string') return undefined;
  return findSubAttribute(attribute, filter.path.name)?.name === 'value' ? filter.value : undefined;
}

function elementCondition(engine: Engine, attribute: Attribute, part: Elements['part'], filter: Filter): Condition {
  return translate(filter, (leaf) => {
    const { urn, name, sub } = leaf.path;
    const operand = findSubAttribute(attribute, name);
    if (leaf.kind === 'values' || !operand || urn !== undefined || sub !== undefined) throw notFilterable(leaf.path);
    return compareSql(engine, part(operand), leaf);
  });
}

function elementsOf({ engine }: Context, attribute: Attribute): Elements {
  if (attribute.name === 'groups')
    return {
      where: (condition) =>
        sql`"users"."id" in (select "groupMembers"."userId" from "groupMembers" join "groups" on "groups"."id" = "groupMembers"."groupId" where ${condition})`,
      part: groupPart,
    };
  if (attribute.name === 'members')
    return {
      where: (condition) =>
        sql`"groups"."id" in (select "groupMembers"."groupId" from "groupMembers" join "users" on "users"."id" = "groupMembers"."userId" where ${condition})`,
      part: memberPart,
    };
  return {
    where: (condition) => sql`exists (select 1 from ${elementRows(engine, attribute)} where ${condition})`,
    part: (sub) => elementOperand(engine, sub),
  };
}

function groupPart(sub: Attribute): Operand {
  const text = comparison(sub);
  if (sub.name === 'value') return { value: sql.ref('groupMembers.groupId'), ...text };
  if (sub.name === 'display')
    return { value: sql.ref('groups.displayName'), folded: sql.ref('groups.displayNameKey'), ...text };
  if (sub.name === 'type') return { value: sql.lit('direct'), ...text };
  throw notFilterable(sub);
}

function memberPart(sub: Attribute): Operand {
  const text = comparison(sub);
  if (sub.name === 'value') return { value: sql.ref('groupMembers.userId'), ...text };
  if (sub.name === 'display') return { value: sql.ref('users.displayName'), ...text };
  if (sub.name === 'type') return { value: sql.lit('User'), ...text };
  throw notFilterable(sub);
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

function join(kind: 'and' | 'or', conditions: Condition[]): Condition {
  return sql`(${sql.join(conditions, kind === 'and' ? sql` and ` : sql` or `)})`;
}

/** A comparison with a missing value is unknown in SQL. It counts as false, so that its negation is true. */
function negate(condition: Condition): Condition {
  return sql`not coalesce(${condition}, false)`;
}

function notFilterable(path: AttributePath): Error {
  return badRequest('invalidFilter', `This filter on ${printPath(path).slice(0, 200)} is not supported.`);
}
