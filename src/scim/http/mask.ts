import { isObject } from '../schema/json.ts';

const MAX_BODY_CHARACTERS = 16_384;
const MAX_DEPTH = 12;
const MAX_VALUES = 5_000; // more than the text that is kept can show
const MASK = '•••';

/** Members of a body that say what an operation does, and no value. */
const plainNames = new Set(['op', 'method', 'schemas', 'bulkid', 'version']);

/**
 * Returns a request body as JSON text with its secrets masked, at any depth: an attribute of a secret, what is beside the path or the name
 * of one, and a filter or path that compares one. Longer texts are cut.
 */
export function maskBody(body: unknown): string {
  const text = JSON.stringify(masked(body, 0, { left: MAX_VALUES }));
  if (text.length <= MAX_BODY_CHARACTERS) return text;
  return `${text.slice(0, MAX_BODY_CHARACTERS)}… (${text.length} characters)`;
}

/** Returns the path of a URL and its query, with every part masked that mentions a secret. */
export function maskUrl(path: string, query: URLSearchParams): string {
  const safe = [...query].map(([name, value]) => {
    if (mentionsSecret(name)) return [MASK, MASK];
    return [name, mentionsSecret(value) ? MASK : value];
  });
  const safePath = path.split('/').map((part) => (mentionsSecret(decoded(part)) ? MASK : part));
  return safePath.join('/') + (safe.length > 0 ? `?${new URLSearchParams(safe)}` : '');
}

/** Returns why a request was refused, without what the message quotes if the request mentions a secret. */
export function maskDetail(detail: string, query: URLSearchParams, body: unknown): string {
  const isSensitive =
    mentionsSecret(detail) || mentionsSecret(String(query)) || mentionsSecret(JSON.stringify(body) ?? '');
  return isSensitive ? detail.replace(/["'[:].*/s, MASK) : detail;
}

function masked(value: unknown, depth: number, values: { left: number }): unknown {
  values.left -= 1;
  if (depth > MAX_DEPTH || values.left < 0) return '…';
  if (typeof value === 'string') return mentionsPassword(value) ? MASK : value;
  if (Array.isArray(value)) {
    const isHidden = value.some((item) => typeof item === 'string' && mentionsPassword(item));
    return isHidden ? MASK : value.slice(0, values.left + 1).map((item) => masked(item, depth + 1, values));
  }
  return isObject(value) ? maskedObject(value, depth, values) : value;
}

/** Of an object whose path or another text names a secret, only what says nothing about it is kept. */
function maskedObject(value: Record<string, unknown>, depth: number, values: { left: number }): unknown {
  const entries = Object.entries(value).slice(0, values.left + 1);
  const namesSecret = entries.some(([name, part]) => isPath(name) && mentionsSecret(JSON.stringify(part) ?? ''));
  const isSensitive = namesSecret || entries.some(([, part]) => [part].flat().some(isPasswordName));
  return Object.fromEntries(
    entries.map(([name, part]) => {
      if (mentionsSecret(name)) return [name.replace(/[["'].*/s, MASK), MASK];
      if (isSensitive && !plainNames.has(name.toLowerCase())) return [name, isPath(name) ? shownPath(part) : MASK];
      return [name, masked(part, depth + 1, values)];
    }),
  );
}

/** Keeps a path that only names an attribute. */
function shownPath(path: unknown): unknown {
  return typeof path === 'string' && /^[\w:.$-]*$/.test(path) ? path : MASK;
}

function isPath(name: string): boolean {
  return /^(path|filter)$/i.test(name);
}

function isPasswordName(text: unknown): boolean {
  return typeof text === 'string' && mentionsPassword(text);
}

/** Whether a name, path or filter mentions a secret. */
function mentionsSecret(text: string): boolean {
  return mentionsPassword(text) || /secret|token|credential/i.test(plain(text));
}

/** Whether a text mentions a password. `passwordReset` and the like say only whether one must be changed. */
function mentionsPassword(text: string): boolean {
  return /p(?:ass)?w(?:or)?d(?!reset)|passphrase|passcode/i.test(plain(text));
}

/** Returns a text as a person reads it, so that letters of another width or characters that show nothing do not hide a word. */
function plain(text: string): string {
  if (/^[\x20-$&-~]*$/.test(text)) return text;
  return decoded(text)
    .normalize('NFKC')
    .replace(/\p{Default_Ignorable_Code_Point}/gu, '');
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
