import { badRequest } from '../http/errors.ts';
import { isObject, type Json, readValue } from './readValue.ts';
import { findAttribute, findSchema, type Located, type ResourceType } from './schema.ts';

/**
 * A resource as a client sent it (POST, PUT), with canonical names, right types, extensions under their URNs, and without what is unknown or
 * read-only (RFC 7644 3.3, 3.5.1). Attributes may stand bare, under their schema's URN, in any case; `schemas` is not asked for.
 * @throws ScimError invalidSyntax or invalidValue
 */
export function readResource(type: ResourceType, body: unknown): Json {
  if (!isObject(body)) throw badRequest('invalidSyntax', 'The body must be a JSON object.');
  const resource: Json = {};
  for (const [name, value] of Object.entries(body)) {
    const schema = name.includes(':') ? findSchema(type, name) : undefined;
    if (!schema) {
      readInto(resource, type, findAttribute(type, name), value);
      continue;
    }
    if (!isObject(value) && value !== null) throw badRequest('invalidValue', `${schema.name} must be an object.`);
    placeOf(resource, type, { schema }); // there, if only to say that there is nothing in it
    for (const [inner, innerValue] of Object.entries(value ?? {}))
      readInto(resource, type, findAttribute(type, inner, schema), innerValue);
  }
  requireAttributes(type, resource);
  return resource;
}

/** @throws ScimError invalidValue where a required attribute has no value (RFC 7643 2.5) */
export function requireAttributes(type: ResourceType, resource: Json): void {
  for (const { name, required } of type.schema.attributes)
    if (required && (resource[name] === undefined || String(resource[name]).trim() === ''))
      throw badRequest('invalidValue', `${name} is required.`);
}

/** The object in a resource where the attributes of a schema stand; made where it is missing. */
export function placeOf(resource: Json, type: ResourceType, { schema }: Pick<Located, 'schema'>): Json {
  if (schema === type.schema) return resource;
  const place = resource[schema.id];
  if (isObject(place)) return place;
  const made: Json = {};
  resource[schema.id] = made;
  return made;
}

function readInto(resource: Json, type: ResourceType, located: Located | undefined, value: unknown): void {
  if (!located || located.attribute.mutability === 'readOnly' || located.attribute.name === 'schemas') return;
  const { attribute } = located;
  const read = readValue(attribute, value);
  if (read === undefined) return;
  const place = placeOf(resource, type, located);
  if (attribute.type === 'complex' && !attribute.multiValued && isObject(place[attribute.name]))
    place[attribute.name] = { ...(place[attribute.name] as Json), ...(read as Json) };
  else place[attribute.name] = read;
}
