import { z } from 'zod';

export type ScimConnection = { baseUrl: string; token: string };
export type ScimResponse = { status: number; body: unknown };

/** A failed call: refused, invalid response, or no response. The message contains no secrets. */
export class ScimError extends Error {
  override name = 'ScimError';
  status: number; // 0 if there was no response
  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}

const timeoutMs = 10_000;
const maxCharacters = 8 * 1024 * 1024;
const errorBody = z.object({ detail: z.string().optional(), scimType: z.string().optional() });

/**
 * Makes one SCIM call (RFC 7644 3). Throws a ScimError on every status but 2xx.
 * @param path below the base URL, with the query
 */
export async function callScim(
  connection: ScimConnection,
  method: string,
  path: string,
  body?: unknown,
): Promise<ScimResponse> {
  const response = await send(connection, method, path, body);
  const text = await response.text();
  if (text.length > maxCharacters) throw new ScimError('The response is larger than 8 MB.', response.status);
  const parsed = text ? parseJson(text, response.status) : undefined;
  if (!response.ok) throw new ScimError(describe(response.status, parsed), response.status);
  return { status: response.status, body: parsed };
}

async function send(connection: ScimConnection, method: string, path: string, body: unknown): Promise<Response> {
  const headers: Record<string, string> = {
    authorization: `Bearer ${connection.token}`,
    accept: 'application/scim+json, application/json',
  };
  if (body !== undefined) headers['content-type'] = 'application/scim+json';
  const init = { method, headers, body: body === undefined ? null : JSON.stringify(body), redirect: 'manual' as const };
  try {
    return await fetch(`${connection.baseUrl}${path}`, { ...init, signal: AbortSignal.timeout(timeoutMs) });
  } catch (error) {
    const late = error instanceof Error && error.name === 'TimeoutError';
    throw new ScimError(late ? 'No response within 10 seconds.' : `Could not connect to ${connection.baseUrl}.`, 0);
  }
}

function parseJson(text: string, status: number): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ScimError(
      `The response (${status}) is not JSON. Check that the Base URL is that of a SCIM server.`,
      status,
    );
  }
}

function describe(status: number, body: unknown): string {
  const error = errorBody.safeParse(body);
  const detail = error.success ? [error.data.scimType, error.data.detail].filter((part) => part).join(': ') : '';
  if (status === 401) return `401: the Token Key was refused. ${detail}`.trim();
  return `${status}${detail && `: ${detail}`}`;
}
