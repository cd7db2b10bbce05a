import { z } from 'zod';
import { callScim, type ScimConnection, ScimError } from './scimClient.ts';

const resource = z.looseObject({ id: z.string().min(1) });
const listResponse = z.looseObject({ totalResults: z.number().int().min(0), Resources: z.array(resource).default([]) });

export type Resource = z.infer<typeof resource>;

/**
 * Looks for the one resource whose attribute has this value, as clients do before they create one (RFC 7644 3.4.2.2).
 * Throws a ScimError.
 */
export async function findResource(
  connection: ScimConnection,
  type: 'Users' | 'Groups',
  attribute: string,
  value: string,
): Promise<Resource | undefined> {
  const filter = `${attribute} eq ${JSON.stringify(value)}`;
  const query = new URLSearchParams({ filter, startIndex: '1', count: '2' });
  const found = await listResources(connection, type, query);
  return found.Resources[0];
}

/** One page of a list. Throws a ScimError where it is not a ListResponse. */
export async function listResources(connection: ScimConnection, type: 'Users' | 'Groups', query: URLSearchParams) {
  const answer = await callScim(connection, 'GET', `/${type}?${query.toString().replaceAll('+', '%20')}`);
  const list = listResponse.safeParse(answer.body);
  if (!list.success) throw new ScimError(`The list of ${type} is not a SCIM ListResponse.`, answer.status);
  return list.data;
}

/** All resources of a type, page by page of a hundred (RFC 7644 3.4.2.4). Throws a ScimError. */
export async function listAllResources(connection: ScimConnection, type: 'Users' | 'Groups'): Promise<Resource[]> {
  const all: Resource[] = [];
  for (;;) {
    const query = new URLSearchParams({ startIndex: String(all.length + 1), count: '100' });
    const page = await listResources(connection, type, query);
    all.push(...page.Resources);
    if (!page.Resources.length || all.length >= page.totalResults) return all;
  }
}

/** Creates a resource and gives its id, which has to be text. Throws a ScimError. */
export async function createResource(
  connection: ScimConnection,
  type: 'Users' | 'Groups',
  body: Record<string, unknown>,
): Promise<string> {
  const answer = await callScim(connection, 'POST', `/${type}`, body);
  const made = resource.safeParse(answer.body);
  if (!made.success) throw new ScimError('The answer has no id that is text.', answer.status);
  return made.data.id;
}
