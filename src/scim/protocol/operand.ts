import { type RawBuilder, sql } from 'kysely';
import type { Engine } from '../../db/open.ts';
import { CUSTOM_URN } from '../../people/definition.ts';
import type { Attribute } from '../schema/attribute.ts';
import { ENTERPRISE_URN, INTERACT_URN, type Located, type ResourceType } from '../schema/schema.ts';
import { personColumns } from '../schema/user.ts';

/** The stored value of an attribute as an SQL expression, and how it is compared. */
export type Operand = {
  value: RawBuilder<unknown>; // null if there is no value
  kind: 'text' | 'flag' | 'time' | 'number';
  exact: boolean; // case-sensitive
  isLoginName?: boolean; // in NFC
  folded?: RawBuilder<unknown>; // a column with the caseKey() of the value, which every row has
  constant?: string; // the value, if it is the same in every row
};

const columns: Record<string, string> = {
  ...personColumns,
  'User:id': 'users.id',
  'User:meta.created': 'users.createdAt',
  'User:meta.lastModified': 'users.modifiedAt',
  'EnterpriseUser:manager.value': 'users.managerId',
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

/** Returns how a single-valued attribute is stored: as a column that is compared as it is, as another column, or in the profile. */
export function storageOf({ schema, attribute, sub }: Located): 'key' | 'column' | 'profile' {
  const path = storedPath({ schema, attribute, sub });
  if (path in foldedColumns || (sub ?? attribute).caseExact) return path in columns ? 'key' : 'profile';
  return path in columns ? 'column' : 'profile';
}

/** Returns the operand of a single-valued attribute, or undefined if it is multi-valued, secret or not stored. */
export function operandOf(
  type: ResourceType,
  engine: Engine,
  { schema, attribute, sub }: Located,
): Operand | undefined {
  const leaf = sub ?? attribute;
  if (leaf.type === 'complex' || leaf.returned === 'never' || attribute.multiValued) return undefined;
  const path = storedPath({ schema, attribute, sub });
  if (path.endsWith(':meta.resourceType'))
    return { value: sql.lit(type.name), constant: type.name, kind: 'text', exact: true };
  const column = columns[path];
  const folded = foldedColumns[path];
  if (column) return { value: sql.ref(column), ...comparison(leaf), ...(folded ? { folded: sql.ref(folded) } : {}) };
  if (attribute.name === 'meta' || leaf.mutability === 'readOnly' || type.name !== 'User') return undefined;
  const keys = [...placeOf({ schema, attribute }), ...(sub ? [sub.name] : [])];
  return { value: jsonValue(engine, profileJson(engine), keys, leaf), ...comparison(leaf) };
}

/** Returns what is not null if a person has attributes of an extension, as userResource() shows it. */
export function extensionValue(engine: Engine, urn: string): RawBuilder<unknown> {
  const json = profileJson(engine);
  if (urn === CUSTOM_URN) return jsonText(engine, json, ['custom']);
  const column = urn === ENTERPRISE_URN ? 'users.department' : 'users.loginType';
  return sql`coalesce(${jsonText(engine, json, profileKeys(urn))}, ${sql.ref(column)})`;
}

const kinds: Partial<Record<Attribute['type'], Operand['kind']>> = {
  boolean: 'flag',
  dateTime: 'time',
  decimal: 'number',
};

/** Returns how the values of an attribute are compared. */
export function comparison({ type, caseExact, isLoginName = false }: Attribute): Omit<Operand, 'value' | 'folded'> {
  return { kind: kinds[type] ?? 'text', exact: caseExact, isLoginName };
}

/** Returns the values of a multi-valued attribute as rows for a FROM clause: `element.value`, and `element.key` in their order. */
export function elementRows(engine: Engine, attribute: Attribute): RawBuilder<unknown> {
  const place = attribute.place ?? [attribute.name];
  const json = profileJson(engine);
  const isStandard = attribute.place === undefined; // a custom attribute may have had one value before
  if (engine === 'sqlite') {
    const path = sql.lit(`$.${place.join('.')}`);
    const list = sql`case json_type(${json}, ${path}) when 'array' then json_extract(${json}, ${path}) end`;
    return sql`json_each(${isStandard ? sql`${json}, ${path}` : list}) as "element"`;
  }
  const found = sql`${json} #> ${sql.lit(`{${place.join(',')}}`)}`;
  const list = isStandard ? found : sql`case jsonb_typeof(${found}) when 'array' then ${found} end`;
  return sql`jsonb_array_elements(coalesce(${list}, '[]'::jsonb)) with ordinality as "element"("value", "key")`;
}

/** Returns the operand of a sub-attribute of `element.value`. */
export function elementOperand(engine: Engine, sub: Attribute): Operand {
  return { value: jsonValue(engine, sql`"element"."value"`, [sub.name], sub), ...comparison(sub) };
}

/** Returns the operand of a sub-attribute of the primary value, or else of the first one. */
export function primaryOperand(engine: Engine, attribute: Attribute, sub: Attribute): Operand {
  const { value, ...part } = elementOperand(engine, sub);
  const primary = elementOperand(engine, { ...sub, name: 'primary' }).value;
  const order = sql`coalesce(cast(${primary} as text), '') in ('1', 'true') desc, "element"."key"`;
  return { value: sql`(select ${value} from ${elementRows(engine, attribute)} order by ${order} limit 1)`, ...part };
}

/** Returns what the tables of columns and indexes call an attribute: `User:emails.value`. */
export function storedPath({ schema, attribute, sub }: Located): string {
  return `${schema.name}:${attribute.name}${sub ? `.${sub.name}` : ''}`;
}

function placeOf({ schema, attribute }: Pick<Located, 'schema' | 'attribute'>): readonly string[] {
  return attribute.place ?? [...profileKeys(schema.id), attribute.name];
}

function profileKeys(urn: string): string[] {
  if (urn === ENTERPRISE_URN) return ['enterprise'];
  return urn === INTERACT_URN ? ['interact'] : [];
}

function profileJson(engine: Engine): RawBuilder<unknown> {
  return engine === 'sqlite' ? sql`"users"."profileJson"` : sql`"users"."profileJson"::jsonb`;
}

function jsonValue(
  engine: Engine,
  json: RawBuilder<unknown>,
  keys: readonly string[],
  { type }: Attribute,
): RawBuilder<unknown> {
  return type === 'decimal' ? jsonNumber(engine, json, keys) : jsonText(engine, json, keys);
}

function jsonText(engine: Engine, json: RawBuilder<unknown>, keys: readonly string[]): RawBuilder<unknown> {
  return engine === 'sqlite'
    ? sql`json_extract(${json}, ${sql.lit(`$.${keys.join('.')}`)})`
    : sql`(${json} #>> ${sql.lit(`{${keys.join(',')}}`)})`;
}

/** Returns null for anything but a number: the type of the attribute may have changed since the value was stored. */
function jsonNumber(engine: Engine, json: RawBuilder<unknown>, keys: readonly string[]): RawBuilder<unknown> {
  const value = jsonText(engine, json, keys);
  if (engine === 'sqlite') return sql`case when typeof(${value}) in ('integer', 'real') then ${value} end`;
  const found = sql`${json} #> ${sql.lit(`{${keys.join(',')}}`)}`;
  return sql`case when jsonb_typeof(${found}) = 'number' then ${value}::float8 end`;
}
