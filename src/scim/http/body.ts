import type { IncomingMessage } from 'node:http';
import { badRequest, ScimError } from './errors.ts';

const MAX_DEPTH = 60;

/**
 * The JSON body of a request, within limits. undefined where there is none.
 * @throws ScimError 413 for too many bytes (before they are all read), 415 for another media type, invalidSyntax for what is no JSON
 */
export async function readBody(request: IncomingMessage, mostBytes: number): Promise<unknown> {
  if (Number(request.headers['content-length'] ?? 0) > mostBytes) throw tooLarge(mostBytes);
  const bytes = await collect(request, mostBytes);
  if (bytes.length === 0) return undefined;
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (type !== undefined && type !== 'application/scim+json' && type !== 'application/json')
    throw new ScimError(415, undefined, 'The body must be application/scim+json or application/json.');
  if (request.headers['content-encoding'] && request.headers['content-encoding'] !== 'identity')
    throw new ScimError(415, undefined, 'The body must not be compressed.');
  return parse(bytes);
}

/** Past the limit the rest is thrown away as it comes, so that the client can read why it was refused. */
function collect(request: IncomingMessage, mostBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= mostBytes) {
        chunks.push(chunk);
        return;
      }
      chunks = [];
      reject(tooLarge(mostBytes));
    });
    request.on('end', () => resolve(Buffer.concat(chunks)));
    request.on('error', () => reject(badRequest('invalidSyntax', 'The body did not come to its end.')));
    request.on('close', () => reject(badRequest('invalidSyntax', 'The body did not come to its end.')));
  });
}

function parse(bytes: Buffer): unknown {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw badRequest('invalidSyntax', 'The body is not UTF-8.');
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw badRequest('invalidSyntax', 'The body is not JSON.');
  }
  requireSound(value, 0);
  return value;
}

/** Refuses nesting that no resource has, and names that stand twice in different letters: nobody could say which one counts. */
function requireSound(value: unknown, depth: number): void {
  if (typeof value !== 'object' || value === null) return;
  if (depth > MAX_DEPTH) throw badRequest('invalidSyntax', 'The body is nested too deeply.');
  if (Array.isArray(value)) {
    for (const item of value) requireSound(item, depth + 1);
    return;
  }
  const names = Object.keys(value);
  if (new Set(names.map((name) => name.toLowerCase())).size < names.length)
    throw badRequest('invalidSyntax', 'An attribute stands twice.');
  for (const part of Object.values(value)) requireSound(part, depth + 1);
}

function tooLarge(mostBytes: number): ScimError {
  return new ScimError(413, undefined, `The body may have ${mostBytes} bytes at most.`);
}
