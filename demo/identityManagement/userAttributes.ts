import type { Person, PropertyKey } from '../directory/types.ts';

/** SCIM attribute paths, as used in PATCH operations, with the property that is their value. */
const mappings: readonly { path: string; property: PropertyKey }[] = [
  { path: 'userName', property: 'username' },
  { path: 'userType', property: 'employeeType' },
  { path: 'emails[type eq "work"].value', property: 'email' },
  { path: 'externalId', property: 'employeeIdentifier' },
  { path: 'name.givenName', property: 'firstname' },
  { path: 'name.familyName', property: 'lastname' },
  { path: 'jobTitle', property: 'jobTitle' },
  { path: 'preferredLanguage', property: 'preferredLanguage' },
  { path: 'locale', property: 'locale' },
  { path: 'phoneNumbers[type eq "work"].value', property: 'workPhone' },
  { path: 'department', property: 'department' },
  { path: 'organization', property: 'company' },
  { path: 'location', property: 'location' },
  { path: 'addresses[type eq "work"].streetAddress', property: 'workStreetAddress' },
  { path: 'addresses[type eq "work"].locality', property: 'workCity' },
  { path: 'addresses[type eq "work"].region', property: 'workState' },
];

export type Operation = { op: 'add' | 'replace' | 'remove'; path: string; value?: unknown };

/** Returns the values to send for a person by attribute path, without empty ones. */
export function userAttributes(person: Person): Record<string, string> {
  const pairs = mappings.map(({ path, property }): [string, string] => [path, person[property]]);
  return Object.fromEntries(pairs.filter(([, value]) => value !== ''));
}

/** Returns a User resource to create (RFC 7643 4.1). Multi-valued attributes get one work value. */
export function userResource(
  attributes: Record<string, string>,
  password: string | undefined,
): Record<string, unknown> {
  const resource: Record<string, unknown> = { schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], active: true };
  for (const [path, value] of Object.entries(attributes)) place(resource, path, value);
  return password === undefined ? resource : { ...resource, password };
}

/** Returns one operation for each attribute that differs. */
export function changedAttributes(before: Record<string, string>, after: Record<string, string>): Operation[] {
  const paths = mappings.map(({ path }) => path).filter((path) => before[path] !== after[path]);
  return paths.map((path) => {
    const value = after[path];
    return value === undefined ? { op: 'remove', path } : { op: 'replace', path, value };
  });
}

/** Returns the body of a PATCH request (RFC 7644 3.5.2). */
export function patchBody(operations: Operation[]): Record<string, unknown> {
  return { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations: operations };
}

function place(resource: Record<string, unknown>, path: string, value: string): void {
  const [, multiple, part] = /^(\w+)\[type eq "work"\]\.(\w+)$/.exec(path) ?? [];
  const [head = '', sub] = path.split('.');
  if (multiple && part) {
    const [work = { type: 'work', primary: true }] =
      (resource[multiple] as Record<string, unknown>[] | undefined) ?? [];
    resource[multiple] = [{ ...work, [part]: value }];
  } else if (sub) resource[head] = { ...(resource[head] as Record<string, unknown> | undefined), [sub]: value };
  else resource[head] = value;
}
