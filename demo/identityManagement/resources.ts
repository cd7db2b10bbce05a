import { z } from 'zod';
import { callScim, type ScimConnection, ScimError } from './scimClient.ts';

const resource = z.looseObject({ id: z.string().min(1) });
const listResponse = z.looseObject({ totalResults: z.number().int().min(0), Resources: z.array(resource).default([]) });

export type Resource = z.infer<typeof resource>;

/**
 * Returns the resource with this attribute value, or undefined (RFC 7644 3.4.2.2). Clients look resources up before they create them.
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

/** Returns one page of a list. Throws a ScimError if it is not a ListResponse. */
export async function listResources(connection: ScimConnection, type: 'Users' | 'Groups', query: URLSearchParams) {
  const response = await callScim(connection, 'GET', `/${type}?${query.toString().replaceAll('+', '%20')}`);
  const list = listResponse.safeParse(response.body);
  if (!list.success) throw new ScimError(`The list of ${type} is not a SCIM ListResponse.`, response.status);
  return list.data;
}

/** Returns all resources of a type, reading pages of 100 (RFC 7644 3.4.2.4). Throws a ScimError. */
export async function listAllResources(connection: ScimConnection, type: 'Users' | 'Groups'): Promise<Resource[]> {
  const all: Resource[] = [];
  for (;;) {
    const query = new URLSearchParams({ startIndex: String(all.length + 1), count: '100' });
    const page = await listResources(connection, type, query);
    all.push(...page.Resources);
    if (!page.Resources.length || all.length >= page.totalResults) return all;
  }
}

/** Creates a resource and returns its id. Throws a ScimError. */
export async function createResource(
  connection: ScimConnection,
  type: 'Users' | 'Groups',
  body: Record<string, unknown>,
): Promise<string> {
  const response = await callScim(connection, 'POST', `/${type}`, body);
  const created = resource.safeParse(response.body);
  if (!created.success) throw new ScimError('The id in the response is not a string.', response.status);
  return created.data.id;
}
