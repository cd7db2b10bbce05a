import { type AttributeList, fromAttributes, type PersonAttribute } from '../../people/attribute.ts';
import { customError, customOfText, textOfCustom } from '../../people/customValue.ts';
import type { CustomValue, Profile } from '../../store/profile.ts';
import { isObject, type Json } from '../schema/json.ts';

type Custom = NonNullable<Profile['custom']>;

const customOnly = fromAttributes((attributes) =>
  attributes.flatMap((attribute) => (attribute.custom ? [{ ...attribute, ...attribute.custom }] : [])),
);

/** Returns the custom attributes of a person by their names; undefined for none. Values of removed attributes are left out. */
export function customAttributesOf(custom: Custom, attributes: AttributeList): Json | undefined {
  const result: Json = {};
  for (const attribute of customOnly(attributes)) {
    const value = custom[attribute.id];
    const declared = value === undefined ? undefined : asDeclared(attribute, value);
    if (declared !== undefined) result[attribute.name] = declared;
  }
  return nonEmpty(result);
}

/** Returns what customAttributesOf() returned as it is stored, by ID. */
export function customPartOf(resource: Json, attributes: AttributeList): Custom | undefined {
  const custom: Json = {};
  for (const { id, name } of customOnly(attributes)) if (resource[name] !== undefined) custom[id] = resource[name];
  return nonEmpty(custom) as Custom | undefined;
}

/** Returns custom attributes with the URLs and names of people. */
export function customResource(
  custom: Json | undefined,
  attributes: AttributeList,
  names: Map<string, string | null>,
  baseUrl: string,
): Json | undefined {
  if (!custom) return undefined;
  const result = { ...custom };
  for (const { name, type, several } of customOnly(attributes)) {
    if (type !== 'person' || result[name] === undefined) continue;
    const label = several ? 'display' : 'displayName';
    const people = [result[name]].flat().filter(isObject);
    const shown = people.map(({ value }) => personReference(String(value), names, label, baseUrl));
    result[name] = several ? shown : shown[0];
  }
  return result;
}

/** Returns a reference to a person (RFC 7643 4.3). An unknown id has no URL. */
export function personReference(
  id: string,
  names: Map<string, string | null>,
  label: 'display' | 'displayName',
  baseUrl: string,
): Json {
  const name = names.get(id);
  return {
    value: id,
    ...(name === undefined ? {} : { $ref: `${baseUrl}/Users/${id}` }),
    ...(name ? { [label]: name } : {}),
  };
}

/** The type may have changed since the value was stored, until the job that follows has come to this person. */
function asDeclared(attribute: PersonAttribute & { several: boolean }, value: CustomValue): CustomValue | undefined {
  const { type, several } = attribute;
  const [first] = [value].flat();
  const single = several && isObject(first) ? first.value : first;
  const isRight =
    Array.isArray(value) === several &&
    (type === 'person' && !several ? isObject(single) : typeof single === (type === 'number' ? 'number' : 'string'));
  if (isRight) return value;
  const text = textOfCustom(value);
  return customError(attribute, text) === undefined ? customOfText(attribute, text) : undefined;
}

function nonEmpty(object: Json): Json | undefined {
  return Object.keys(object).length > 0 ? object : undefined;
}
