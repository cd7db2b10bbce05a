import type { IncomingMessage } from 'node:http';
import { together } from '../../web/turn.ts';
import { badRequest, ScimError } from './errors.ts';

const [COMMA, LIST, OBJECT] = [0x2c, 0x5b, 0x7b];

/** The largest body in bytes; also maxPayloadSize of bulk requests. */
export const MAX_BODY_BYTES = 1_900_000;

/** application/json+scim is a slip that several clients share. */
const mediaTypes = ['application/scim+json', 'application/json', 'application/json+scim'];

// A body of a million empty lists takes a hundred times as long to parse as one of 38,000 members.
const MAX_VALUES = 80_000;
const MAX_DEPTH = 60;

/**
 * Reads the JSON body of a request. Returns undefined if there is none.
 * @throws ScimError 413 as soon as the limit is passed or for too many values, 415 for another media type, invalidSyntax for invalid JSON
 */
export async function readBody(request: IncomingMessage): Promise<unknown> {
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) throw tooLarge();
  const bytes = await collect(request);
  if (bytes.length === 0) return undefined;
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (type && !mediaTypes.includes(type))
    throw new ScimError(415, undefined, 'The body must be application/scim+json or application/json.');
  if (request.headers['content-encoding'] && request.headers['content-encoding'] !== 'identity')
    throw new ScimError(415, undefined, 'The body must not be compressed.');
  const value = parseBounded(bytes);
  await together();
  requireUnambiguous(value, 0);
  return value;
}

/** Returns the value of a JSON body, within the limits of a request. @throws ScimError 413, invalidSyntax */
export function parseBody(bytes: Buffer): unknown {
  if (bytes.length > MAX_BODY_BYTES) throw tooLarge();
  const value = parseBounded(bytes);
  requireUnambiguous(value, 0);
  return value;
}

function parseBounded(bytes: Buffer): unknown {
  if (countValues(bytes) > MAX_VALUES)
    throw new ScimError(413, undefined, `The body may have at most ${MAX_VALUES} values. Send several requests.`);
  return parse(bytes);
}

/** Returns how many lists, objects and commas a JSON text has, those within strings too: the most values that it can have. */
function countValues(bytes: Buffer): number {
  let count = 0;
  for (const byte of bytes) if (byte === COMMA || byte === LIST || byte === OBJECT) count += 1;
  return count;
}

/** Past the limit, the rest is read and discarded, so that the client can read the response. */
function collect(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= MAX_BODY_BYTES) {
        chunks.push(chunk);
        return;
      }
      chunks = [];
      reject(tooLarge());
    });
    request.on('end', () => resolve(Buffer.concat(chunks)));
    const close = () => {
      if (!request.complete) reject(badRequest('invalidSyntax', 'The body is incomplete.'));
    };
    request.on('error', close);
    request.on('close', close);
  });
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw badRequest('invalidSyntax', 'The body is not valid JSON in UTF-8.');
  }
}

/** Refuses nesting deeper than any resource, and names that differ only in case: which of them counts would be undefined. */
function requireUnambiguous(value: unknown, depth: number): void {
  if (typeof value !== 'object' || value === null) return;
  if (depth > MAX_DEPTH) throw badRequest('invalidSyntax', 'The body is nested too deeply.');
  if (!Array.isArray(value)) {
    const names = Object.keys(value);
    if (new Set(names.map((name) => name.toLowerCase())).size < names.length)
      throw badRequest('invalidSyntax', 'An attribute occurs twice.');
  }
  for (const part of Object.values(value)) requireUnambiguous(part, depth + 1);
}

function tooLarge(): ScimError {
  return new ScimError(413, undefined, `The body may have at most ${MAX_BODY_BYTES} bytes.`);
}
