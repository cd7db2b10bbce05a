import { isObject } from '../schema/readValue.ts';

const MASK = '•••';
const MAX_DEPTH = 12;

/**
 * A request's body as JSON text with its secrets masked, wherever they stand: as an attribute, under a URN, in the value of a PATCH operation
 * whose path names one, in the data of a bulk operation.
 * @param most characters; what is longer is cut, and says so
 */
export function maskBody(body: unknown, most: number): string {
  const text = JSON.stringify(masked(body, 0));
  return text.length > most ? `${text.slice(0, most)}… (${text.length} characters)` : text;
}

/** The query of a URL as text; a filter that speaks of a secret is masked as a whole. */
export function maskQuery(query: URLSearchParams): string {
  const safe = [...query].map(([name, value]) => [name, isSecret(value) ? MASK : value]);
  return new URLSearchParams(safe).toString();
}

/** Whether a name or a path speaks of a secret. */
function isSecret(text: string): boolean {
  return /password(?!reset)|secret|token/i.test(text);
}

function masked(value: unknown, depth: number): unknown {
  if (depth > MAX_DEPTH) return '…';
  if (Array.isArray(value)) return value.map((item) => masked(item, depth + 1));
  if (!isObject(value)) return value;
  const path = Object.entries(value).find(([name]) => name.toLowerCase() === 'path')?.[1];
  const pathIsSecret = typeof path === 'string' && isSecret(path);
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => {
      const hidden = isSecret(name) || (pathIsSecret && name.toLowerCase() === 'value');
      return [name, hidden ? MASK : masked(part, depth + 1)];
    }),
  );
}
