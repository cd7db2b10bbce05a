import { primaryEmail, type UserAttributes, withFormatted } from '../directory/userAttributes.ts';
import type { Profile } from '../store/profile.ts';
import { type User, userTypes } from '../store/users.ts';
import { isObject, type Json } from './readValue.ts';
import { ENTERPRISE_URN, INTERACT_URN, USER_URN } from './schema.ts';

const DEFAULT_TYPE = userTypes[1];

/** What a page of people needs beside their rows: their groups and the names of their managers. */
export type Surroundings = {
  baseUrl: string;
  groups: Map<string, { id: string; displayName: string }[]>;
  managerNames: Map<string, string>;
};

/** The attributes of a person as SCIM nests them, without what the server alone says (schemas, id, meta, groups). */
export function attributesOfUser(user: User): Json {
  const { name, emails, enterprise, interact, ...others } = user.profile;
  // Without what is null: the database knows no undefined, and JSON would show it.
  return present({
    externalId: user.externalId,
    userName: user.userName,
    name: nonEmpty({ ...name, familyName: user.familyName, givenName: user.givenName }),
    displayName: user.displayName,
    title: user.title,
    userType: user.userType,
    active: user.active,
    ...others,
    emails: emails ?? (user.email === null ? null : [{ value: user.email, type: 'work', primary: true }]),
    [ENTERPRISE_URN]: nonEmpty({ ...enterprise, department: user.department }),
    [INTERACT_URN]: nonEmpty({ ...interact, loginType: user.loginType }),
  });
}

/**
 * The person that SCIM attributes describe. What must always have a value keeps the one before where none is given: active, userType
 * (leaving it out of a PUT neither lets anybody in again nor takes a right away).
 */
export function userOfAttributes(resource: Json, before: User | undefined): UserAttributes {
  const { externalId, userName, name, displayName, title, userType, active, password: _, ...rest } = resource;
  const { [ENTERPRISE_URN]: enterprise, [INTERACT_URN]: interact, ...others } = rest;
  const { givenName, familyName, ...nameRest } = objectOf(name);
  const { department, ...enterpriseRest } = objectOf(enterprise);
  const { loginType, ...interactRest } = objectOf(interact);
  const profile = present({
    ...others,
    name: nonEmpty(nameRest),
    enterprise: nonEmpty(enterpriseRest),
    interact: nonEmpty(interactRest),
  }) as Profile;
  const addresses = withFormatted(profile.addresses, before?.profile.addresses);
  if (addresses) profile.addresses = addresses;
  return {
    userName: String(userName),
    active: typeof active === 'boolean' ? active : (before?.active ?? true),
    userType: textOf(userType) ?? before?.userType ?? DEFAULT_TYPE,
    loginType: textOf(loginType),
    externalId: textOf(externalId),
    givenName: textOf(givenName),
    familyName: textOf(familyName),
    displayName: textOf(displayName),
    title: textOf(title),
    department: textOf(department),
    email: primaryEmail(profile),
    profile,
  };
}

/** A person as a SCIM resource (RFC 7643 4.1). */
export function userResource(user: User, { baseUrl, groups, managerNames }: Surroundings): Json {
  const attributes = attributesOfUser(user);
  const memberOf = groups.get(user.id) ?? [];
  const schemas = [USER_URN];
  for (const urn of [ENTERPRISE_URN, INTERACT_URN]) if (attributes[urn]) schemas.push(urn);
  const managerId = user.profile.enterprise?.manager?.value;
  if (managerId !== undefined)
    (attributes[ENTERPRISE_URN] as Json).manager = managerResource(managerId, managerNames.get(managerId), baseUrl);
  const resource: Json = { schemas, id: user.id, ...attributes };
  if (memberOf.length > 0)
    resource.groups = memberOf.map(({ id, displayName }) => ({
      value: id,
      $ref: `${baseUrl}/Groups/${id}`,
      display: displayName,
      type: 'direct',
    }));
  resource.meta = {
    resourceType: 'User',
    created: new Date(user.createdAt).toISOString(),
    lastModified: new Date(user.modifiedAt).toISOString(),
    location: `${baseUrl}/Users/${user.id}`,
    version: userVersion(user, memberOf),
  };
  return resource;
}

/** The entity tag of a person: it follows the groups too, for they are part of what is shown. */
export function userVersion({ version }: User, groups: { id: string; displayName: string }[]): string {
  if (groups.length === 0) return `W/"${version}"`;
  return `W/"${version}-${checksum(groups.map(({ id, displayName }) => `${id} ${displayName}`).join('\n'))}"`;
}

function managerResource(id: string, displayName: string | undefined, baseUrl: string): Json {
  return present({ value: id, $ref: displayName === undefined ? null : `${baseUrl}/Users/${id}`, displayName });
}

/** FNV-1a: tells one list of groups from another and guards nothing. */
function checksum(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(36);
}

function present(object: Json): Json {
  const kept: Json = {};
  for (const name in object) if (object[name] !== null && object[name] !== undefined) kept[name] = object[name];
  return kept;
}

function nonEmpty(object: Json): Json | undefined {
  const kept = present(object);
  for (const _ in kept) return kept;
  return undefined;
}

function objectOf(value: unknown): Json {
  return isObject(value) ? value : {};
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
