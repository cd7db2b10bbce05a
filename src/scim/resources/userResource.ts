import type { UserAttributes } from '../../people/attribute.ts';
import { primaryEmail, withFormatted } from '../../people/contact.ts';
import type { Profile } from '../../store/profile.ts';
import { type User, userTypes } from '../../store/users.ts';
import { isObject, type Json } from '../schema/readResource.ts';
import { ENTERPRISE_URN, INTERACT_URN, USER_URN } from '../schema/schema.ts';
import { type createMeta, versionTag } from './meta.ts';

const DEFAULT_TYPE = userTypes[1];

/** What a page of people needs beside their rows: their groups and the names of their managers. */
export type Surroundings = {
  baseUrl: string;
  metaOf: ReturnType<typeof createMeta>;
  groups: Map<string, { id: string; displayName: string }[]>;
  managerNames: Map<string, string | null>; // by id; null for a manager without a displayName
};

/** What the server alone says of a person. */
type ServersPart = { schemas?: string[]; id?: string; groups?: Json[] | undefined; meta?: Json };

/** The attributes of a person as SCIM nests them, without what the server alone says (schemas, id, meta, groups). */
export function attributesOfUser(user: User): Json {
  return nested(user, {});
}

/**
 * The person that SCIM attributes describe. Somebody new without active or userType gets the usual ones. Taken away from somebody (RFC
 * 7644 3.5.2.2), they are not shown until they have a value again; meanwhile the person is active or not as before, and an Intranet User.
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
  else delete profile.addresses;
  const unassigned = {
    ...(before && typeof active !== 'boolean' ? { active: before.active } : {}),
    ...(before && textOf(userType) === null ? { userType: DEFAULT_TYPE } : {}),
  };
  if (nonEmpty(unassigned)) profile.unassigned = unassigned;
  return {
    userName: String(userName),
    active: typeof active === 'boolean' ? active : (before?.active ?? true),
    userType: textOf(userType) ?? DEFAULT_TYPE,
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
export function userResource(user: User, { baseUrl, metaOf, groups, managerNames }: Surroundings): Json {
  const memberOf = groups.get(user.id) ?? [];
  const resource = nested(user, {
    schemas: [USER_URN],
    id: user.id,
    groups: memberOf.length > 0 ? memberOf.map((group) => groupRef(group, baseUrl)) : undefined,
    meta: metaOf(user, userVersion(user, memberOf)),
  });
  const managerId = user.profile.enterprise?.manager?.value;
  if (managerId !== undefined) {
    const manager = managerResource(managerId, managerNames.get(managerId), baseUrl);
    resource[ENTERPRISE_URN] = { ...(resource[ENTERPRISE_URN] as Json), manager };
  }
  for (const urn of [ENTERPRISE_URN, INTERACT_URN]) if (resource[urn]) (resource.schemas as string[]).push(urn);
  return resource;
}

/**
 * Every attribute in its place, undefined where there is nothing (the database says null, and JSON would show it).
 * Named one by one: pages of people are made of this, and copying what is there takes several times as long.
 */
function nested(user: User, own: ServersPart): Json {
  const { profile, familyName, givenName, department, loginType, email } = user;
  const { name, enterprise, interact, unassigned } = profile;
  return {
    schemas: own.schemas,
    id: own.id,
    externalId: user.externalId ?? undefined,
    userName: user.userName,
    name:
      familyName === null && givenName === null
        ? name
        : { ...name, familyName: familyName ?? undefined, givenName: givenName ?? undefined },
    displayName: user.displayName ?? undefined,
    nickName: profile.nickName,
    profileUrl: profile.profileUrl,
    title: user.title ?? undefined,
    userType: user.userType === unassigned?.userType ? undefined : user.userType,
    preferredLanguage: profile.preferredLanguage,
    locale: profile.locale,
    timezone: profile.timezone,
    active: user.active === unassigned?.active ? undefined : user.active,
    emails: profile.emails ?? (email === null ? undefined : [{ value: email, type: 'work', primary: true }]),
    phoneNumbers: profile.phoneNumbers,
    ims: profile.ims,
    photos: profile.photos,
    addresses: profile.addresses,
    groups: own.groups,
    entitlements: profile.entitlements,
    roles: profile.roles,
    x509Certificates: profile.x509Certificates,
    [ENTERPRISE_URN]: department === null ? enterprise : { ...enterprise, department },
    [INTERACT_URN]: loginType === null ? interact : { ...interact, loginType },
    meta: own.meta,
  };
}

/** The entity tag of a person: it follows the groups too, for they are part of what is shown. */
export function userVersion({ version }: User, groups: { id: string; displayName: string }[]): string {
  if (groups.length === 0) return versionTag(version);
  return versionTag(`${version}-${checksum(groups.map(({ id, displayName }) => `${id} ${displayName}`).join('\n'))}`);
}

function groupRef({ id, displayName }: { id: string; displayName: string }, baseUrl: string): Json {
  return { value: id, $ref: `${baseUrl}/Groups/${id}`, display: displayName, type: 'direct' };
}

/** A manager (RFC 7643 4.3); what is no id of anybody stands there without a reference. */
function managerResource(id: string, displayName: string | null | undefined, baseUrl: string): Json {
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
