import { type RawBuilder, sql } from 'kysely';
import type { Engine } from '../../db/open.ts';
import type { Attribute, Located, ResourceType } from '../schema/schema.ts';
import { ENTERPRISE_URN, INTERACT_URN } from '../schema/schema.ts';

/** Where one value of an attribute stands in the database, and how it compares. */
export type Target = {
  value: RawBuilder<unknown>; // null where there is none
  kind: 'text' | 'flag' | 'time';
  exact: boolean; // letters' case matters
  folded?: RawBuilder<unknown>; // a column that holds caseKey() of the value
};

const columns: Record<string, string> = {
  'User:id': 'users.id',
  'User:externalId': 'users.externalId',
  'User:userName': 'users.userName',
  'User:name.givenName': 'users.givenName',
  'User:name.familyName': 'users.familyName',
  'User:displayName': 'users.displayName',
  'User:title': 'users.title',
  'User:userType': 'users.userType',
  'User:active': 'users.active',
  'User:meta.created': 'users.createdAt',
  'User:meta.lastModified': 'users.modifiedAt',
  'EnterpriseUser:department': 'users.department',
  'EnterpriseUser:manager.value': 'users.managerId',
  'InteractUser:loginType': 'users.loginType',
  'Group:id': 'groups.id',
  'Group:externalId': 'groups.externalId',
  'Group:displayName': 'groups.displayName',
  'Group:meta.created': 'groups.createdAt',
  'Group:meta.lastModified': 'groups.modifiedAt',
};

const foldedColumns: Record<string, string> = {
  'User:userName': 'users.userNameKey',
  'Group:displayName': 'groups.displayNameKey',
};

/** Where an attribute with one value stands; undefined where it cannot be asked for (several values, or none in the database). */
export function targetOf(
  type: ResourceType,
  engine: Engine,
  { schema, attribute }: Located,
  sub: Attribute | undefined,
): Target | undefined {
  const leaf = sub ?? attribute;
  if (leaf.type === 'complex' || leaf.returned === 'never' || attribute.multiValued) return undefined;
  const path = `${schema.name}:${attribute.name}${sub ? `.${sub.name}` : ''}`;
  if (path.endsWith(':meta.resourceType')) return { value: sql.lit(type.name), kind: 'text', exact: true };
  const column = columns[path];
  const folded = foldedColumns[path];
  if (column) return { value: sql.ref(column), ...comparison(leaf), ...(folded ? { folded: sql.ref(folded) } : {}) };
  if (attribute.name === 'meta' || leaf.mutability === 'readOnly' || type.name !== 'User') return undefined;
  const keys = [...placeInProfile(schema.id), attribute.name, ...(sub ? [sub.name] : [])];
  return { value: profileValue(engine, keys), ...comparison(leaf) };
}

/** How a value of an attribute compares. */
export function comparison({ type, caseExact }: Attribute): Pick<Target, 'kind' | 'exact'> {
  const kind = type === 'boolean' ? 'flag' : type === 'dateTime' ? 'time' : 'text';
  return { kind, exact: caseExact };
}

/** The rows of a list in a person's profile, to stand after `from`: `element.value`, and `element.key` in the order of the list. */
export function profileElements(engine: Engine, attribute: Attribute): RawBuilder<unknown> {
  return engine === 'sqlite'
    ? sql`json_each("users"."profileJson", ${sql.lit(`$.${attribute.name}`)}) as "element"`
    : sql`jsonb_array_elements(coalesce("users"."profileJson"::jsonb -> ${sql.lit(attribute.name)}, '[]'::jsonb)) with ordinality as "element"("value", "key")`;
}

/** One part of `element.value`. */
export function elementPart(engine: Engine, sub: Attribute): Target {
  const value =
    engine === 'sqlite'
      ? sql`json_extract("element"."value", ${sql.lit(`$.${sub.name}`)})`
      : jsonText(sql`"element"."value"`, [sub.name]);
  return { value, ...comparison(sub) };
}

/** A part of the value of a list that stands for all of them: the primary one, or else the first. */
export function firstElementPart(engine: Engine, attribute: Attribute, sub: Attribute): Target {
  const { value, ...part } = elementPart(engine, sub);
  const rank = elementPart(engine, { ...sub, name: 'primary' }).value;
  const order = sql`coalesce(cast(${rank} as text), '') in ('1', 'true') desc, "element"."key"`;
  return {
    value: sql`(select ${value} from ${profileElements(engine, attribute)} order by ${order} limit 1)`,
    ...part,
  };
}

function placeInProfile(urn: string): string[] {
  if (urn === ENTERPRISE_URN) return ['enterprise'];
  return urn === INTERACT_URN ? ['interact'] : [];
}

function profileValue(engine: Engine, keys: string[]): RawBuilder<unknown> {
  return engine === 'sqlite'
    ? sql`json_extract("users"."profileJson", ${sql.lit(`$.${keys.join('.')}`)})`
    : jsonText(sql`"users"."profileJson"::jsonb`, keys);
}

function jsonText(json: RawBuilder<unknown>, keys: string[]): RawBuilder<unknown> {
  const path = sql.lit(`{${keys.join(',')}}`);
  return sql`(${json} #>> ${path})`;
}
