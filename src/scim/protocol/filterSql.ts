import { type RawBuilder, sql } from 'kysely';
import type { Engine } from '../../db/open.ts';
import { caseKey } from '../../store/caseKey.ts';
import { badRequest } from '../http/errors.ts';
import {
  type Attribute,
  findAttribute,
  findSchema,
  findSubAttribute,
  type Located,
  type ResourceType,
} from '../schema/schema.ts';
import { testTarget } from './comparisonSql.ts';
import type { AttributePath, Filter } from './filter.ts';
import { printPath } from './filter.ts';
import { comparison, elementPart, firstElementPart, profileElements, type Target, targetOf } from './target.ts';

type Condition = RawBuilder<boolean>;
type Context = { type: ResourceType; engine: Engine };

/** Asks whether one value of an attribute that has several fulfils a condition made for its parts. */
type Elements = { where(condition: Condition): Condition; part(sub: Attribute): Target };

/**
 * A filter as a condition on the rows of `users` or `groups` (RFC 7644 3.4.2.2), with the case rules of the schema.
 * What is asked of an attribute with several values must be true of one of them.
 * @throws ScimError invalidFilter where an attribute is unknown, not to be asked for, or of another type
 */
export function filterToSql(type: ResourceType, engine: Engine, filter: Filter): Condition {
  return conditionOf({ type, engine }, filter);
}

/** Where an attribute stands that a list is sorted by: of several values the primary or first one (RFC 7644 3.4.2.3). @throws ScimError invalidPath */
export function sortTarget(type: ResourceType, engine: Engine, path: AttributePath): Target {
  const { located, sub } = locate({ type, engine }, path, 'invalidPath');
  const { attribute } = located;
  const part = sub ?? findSubAttribute(attribute, 'value') ?? findSubAttribute(attribute, 'formatted');
  if (attribute.name === 'emails' && part?.name === 'value')
    return { value: sql.ref('users.email'), kind: 'text', exact: false };
  const inProfile = attribute.multiValued && attribute.mutability !== 'readOnly' && type.name === 'User';
  const target = inProfile ? part && firstElementPart(engine, attribute, part) : targetOf(type, engine, located, part);
  if (!target) throw badRequest('invalidPath', `It is not possible to sort by ${printPath(path)}.`);
  return target;
}

/** Which members of a group a value filter means, as a condition on `groupMembers` joined with `users`. @throws ScimError invalidFilter */
export function memberCondition(type: ResourceType, engine: Engine, members: Attribute, filter: Filter): Condition {
  return elementCondition({ type, engine }, members, memberPart, filter);
}

function conditionOf(context: Context, filter: Filter): Condition {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return join(
        filter.kind,
        filter.items.map((item) => conditionOf(context, item)),
      );
    case 'not':
      return negate(conditionOf(context, filter.item));
    case 'present':
    case 'compare':
      return leafCondition(context, filter);
    case 'values': {
      const { located } = locate(context, filter.path, 'invalidFilter');
      if (!located.attribute.multiValued || filter.path.sub !== undefined) throw notAsked(filter.path);
      return valuesCondition(context, located.attribute, filter.item);
    }
  }
}

function leafCondition(context: Context, filter: Filter & { kind: 'present' | 'compare' }): Condition {
  const { located, sub } = locate(context, filter.path, 'invalidFilter');
  const { attribute } = located;
  if (attribute.name === 'schemas') return schemasCondition(context, filter);
  if (attribute.multiValued) {
    const part = sub ?? findSubAttribute(attribute, 'value') ?? findSubAttribute(attribute, 'formatted');
    if (!part) throw notAsked(filter.path);
    return valuesCondition(context, attribute, { ...filter, path: { name: part.name } });
  }
  if (attribute.type === 'complex' && !sub) return complexPresent(context, filter, located);
  if (attribute.name === 'manager' && sub?.name === 'displayName') return managerCondition(context.engine, filter, sub);
  const target = targetOf(context.type, context.engine, located, sub);
  if (!target) throw notAsked(filter.path);
  return testTarget(context.engine, target, filter);
}

/** `schemas eq "urn:…"`: an extension's URN stands there where one of its attributes does. */
function schemasCondition(context: Context, filter: Filter & { kind: 'present' | 'compare' }): Condition {
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
  const urn: Target = { value: sql.ref('schemas.urn'), kind: 'text', exact: false };
  return sql`exists (select 1 from (${sql.join(urns, sql` union all `)}) as "schemas" where ${testTarget(context.engine, urn, filter)})`;
}

/** `name pr`: one of its parts is there. */
function complexPresent(
  context: Context,
  filter: Filter & { kind: 'present' | 'compare' },
  located: Located,
): Condition {
  if (filter.kind === 'compare') throw notAsked(filter.path);
  const targets = (located.attribute.subAttributes ?? []).map((sub) =>
    targetOf(context.type, context.engine, located, sub),
  );
  const known = targets.filter((target) => target !== undefined);
  return join(
    'or',
    known.map(({ value }) => sql<boolean>`${value} is not null`),
  );
}

function managerCondition(engine: Engine, filter: Filter & { kind: 'present' | 'compare' }, sub: Attribute): Condition {
  const condition = testTarget(engine, { value: sql.ref('m.displayName'), ...comparison(sub) }, filter);
  return sql<boolean>`"users"."managerId" in (select "m"."id" from "users" as "m" where ${condition})`;
}

function valuesCondition(context: Context, attribute: Attribute, filter: Filter): Condition {
  const { where, part } = elementsOf(context, attribute);
  const condition = where(elementCondition(context, attribute, part, filter));
  const address = attribute.name === 'emails' ? demandedValue(attribute, filter) : undefined;
  if (address === undefined) return condition;
  // The index of addresses finds the few people; the condition then looks at the kind.
  const indexed = sql<boolean>`"users"."id" in (select "userId" from "userEmails" where "valueKey" = ${caseKey(address)})`;
  return join('and', [indexed, condition]);
}

/** The value without which nothing matches: of `value eq "x"`, alone or joined by and. */
function demandedValue(attribute: Attribute, filter: Filter): string | undefined {
  if (filter.kind === 'and')
    return filter.items.map((item) => demandedValue(attribute, item)).find((value) => value !== undefined);
  if (filter.kind !== 'compare' || filter.comparator !== 'eq' || typeof filter.value !== 'string') return undefined;
  return findSubAttribute(attribute, filter.path.name)?.name === 'value' ? filter.value : undefined;
}

function elementCondition(context: Context, attribute: Attribute, part: Elements['part'], filter: Filter): Condition {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return join(
        filter.kind,
        filter.items.map((item) => elementCondition(context, attribute, part, item)),
      );
    case 'not':
      return negate(elementCondition(context, attribute, part, filter.item));
    case 'values':
      throw notAsked(filter.path);
    default: {
      const sub = findSubAttribute(attribute, filter.path.name);
      if (!sub || filter.path.urn !== undefined || filter.path.sub !== undefined) throw notAsked(filter.path);
      return testTarget(context.engine, part(sub), filter);
    }
  }
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
    where: (condition) => sql`exists (select 1 from ${profileElements(engine, attribute)} where ${condition})`,
    part: (sub) => elementPart(engine, sub),
  };
}

function groupPart(sub: Attribute): Target {
  const text = comparison(sub);
  if (sub.name === 'value') return { value: sql.ref('groupMembers.groupId'), ...text };
  if (sub.name === 'display')
    return { value: sql.ref('groups.displayName'), folded: sql.ref('groups.displayNameKey'), ...text };
  if (sub.name === 'type') return { value: sql.lit('direct'), ...text };
  throw notAsked(sub);
}

function memberPart(sub: Attribute): Target {
  const text = comparison(sub);
  if (sub.name === 'value') return { value: sql.ref('groupMembers.userId'), ...text };
  if (sub.name === 'display') return { value: sql.ref('users.displayName'), ...text };
  if (sub.name === 'type') return { value: sql.lit('User'), ...text };
  throw notAsked(sub);
}

function locate(
  { type }: Context,
  path: AttributePath,
  scimType: 'invalidFilter' | 'invalidPath',
): { located: Located; sub: Attribute | undefined } {
  const schema = path.urn === undefined ? undefined : findSchema(type, path.urn);
  const located = path.urn !== undefined && !schema ? undefined : findAttribute(type, path.name, schema);
  const sub = located && path.sub !== undefined ? findSubAttribute(located.attribute, path.sub) : undefined;
  if (!located || (path.sub !== undefined && !sub))
    throw badRequest(scimType, `There is no attribute ${printPath(path).slice(0, 200)}.`);
  return { located, sub };
}

function join(kind: 'and' | 'or', conditions: Condition[]): Condition {
  return sql`(${sql.join(conditions, kind === 'and' ? sql` and ` : sql` or `)})`;
}

/** What is unknown (a comparison with nothing) counts as false, so that its opposite is true. */
function negate(condition: Condition): Condition {
  return sql`not coalesce(${condition}, false)`;
}

function notAsked(path: AttributePath): Error {
  return badRequest('invalidFilter', `It is not possible to filter by ${printPath(path).slice(0, 200)} in this way.`);
}
