import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { addPerson, checkPerson, type PersonInput } from '../directory/people.ts';
import { propertyKeys } from '../directory/properties.ts';
import type { Application, State } from '../directory/types.ts';
import { listAllResources, type Resource } from './resources.ts';

export type Candidate = { remoteId: string; input: PersonInput; status: 'New' | 'Imported' };
export type ImportResult = { username: string; error: string | undefined };

const text = z.string().max(2000).catch('').default('');
const work = z.looseObject({ value: text, streetAddress: text, locality: text, region: text, type: text });
const works = z.array(work).catch([]).default([]);
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const extension = 'urn:ietf:params:scim:schemas:extension:interactsoftware:2.0:User';

const user = z.looseObject({
  userName: text,
  name: z
    .looseObject({ givenName: text, familyName: text })
    .catch({ givenName: '', familyName: '' })
    .default({ givenName: '', familyName: '' }),
  emails: works,
  externalId: text,
  title: text,
  userType: text,
  preferredLanguage: text,
  locale: text,
  phoneNumbers: works,
  addresses: works,
  [enterprise]: z
    .looseObject({ department: text, organization: text })
    .catch({ department: '', organization: '' })
    .optional(),
  [extension]: z.looseObject({ location: text }).catch({ location: '' }).optional(),
});

/** Returns the application's users with their import status, new ones first. Throws a ScimError. */
export async function listCandidates(deps: Deps, application: Application): Promise<Candidate[]> {
  const resources = await listAllResources(application.identityManagement, 'Users');
  const candidates = resources.map((one): Candidate => {
    const input = readUser(one);
    return { remoteId: one.id, input, status: isKnown(deps.state, input) ? 'Imported' : 'New' };
  });
  return candidates.toSorted((a, b) => Number(a.status === 'Imported') - Number(b.status === 'Imported'));
}

/** Imports the selected candidates as people. Candidates that already exist here are skipped. */
export function importCandidates(deps: Deps, candidates: Candidate[], selected: string[]): ImportResult[] {
  const wanted = candidates.filter((one) => one.status === 'New' && selected.includes(one.remoteId));
  return wanted.map(({ input }) => {
    const [error] = Object.values(checkPerson(deps.state, input));
    if (!error) addPerson(deps, input, '');
    return { username: input.username, error };
  });
}

function isKnown(state: State, input: PersonInput): boolean {
  return state.people.some(
    (person) =>
      person.username.toLowerCase() === input.username.toLowerCase() ||
      (input.email !== '' && person.email.toLowerCase() === input.email.toLowerCase()),
  );
}

function readUser(resource: Resource): PersonInput {
  const read = user.parse(resource);
  const address = first(read.addresses);
  const empty = Object.fromEntries(propertyKeys.map((key) => [key, ''])) as PersonInput;
  return {
    ...empty,
    username: read.userName,
    email: first(read.emails)?.value ?? '',
    firstname: read.name.givenName,
    lastname: read.name.familyName,
    employeeType: read.userType,
    employeeIdentifier: read.externalId,
    jobTitle: read.title,
    department: read[enterprise]?.department ?? '',
    company: read[enterprise]?.organization ?? '',
    location: read[extension]?.location ?? '',
    preferredLanguage: read.preferredLanguage,
    locale: read.locale,
    workPhone: first(read.phoneNumbers)?.value ?? '',
    workStreetAddress: address?.streetAddress ?? '',
    workCity: address?.locality ?? '',
    workState: address?.region ?? '',
  };
}

/** Returns the work value, or else the first one. */
function first<T extends { type: string }>(values: T[]): T | undefined {
  return values.find((value) => value.type === 'work') ?? values[0];
}
