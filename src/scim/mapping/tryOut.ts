import type { Deps } from '../../deps.ts';
import { type Checked, invalid } from '../../errors.ts';
import type { ProfileSource } from '../../store/profileSources.ts';
import type { Change } from '../../store/scimLog.ts';
import { findUserByUserName } from '../../store/users.ts';
import { parseBody } from '../http/body.ts';
import { type Call, newTrace } from '../http/call.ts';
import { findHandler } from '../http/dispatch.ts';
import { ScimError, toScimError } from '../http/errors.ts';
import { MOST_WORK } from '../protocol/scan.ts';
import { field, isObject } from '../schema/json.ts';

/** A request to try out: its body as text, and the method and path, which are found out if they are undefined. */
export type Attempt = { text: string; method?: string | undefined; path?: string | undefined };

/**
 * Returns the attempt that a person means.
 * @param request its method and path (`PATCH /Users/ID`), the user name of the person that it changes, or '' for a new person
 * @returns an error for `path` if there is no such person
 */
export async function findAttempt({ store }: Deps, request: string, text: string): Promise<Checked<Attempt>> {
  if (request === '') return { ok: true, value: { text } };
  const [, method, path] = /^(POST|PUT|PATCH)\s+(\/[^\s?]*)(?:\?\S*)?$/i.exec(request) ?? [];
  if (path) return { ok: true, value: { text, method: method?.toUpperCase(), path } };
  const person = await findUserByUserName(store.db, request);
  if (person) return { ok: true, value: { text, path: `/Users/${person.id}` } };
  return invalid({ path: 'No person has this user name. Enter one, or a request such as PATCH /Users/ID.' });
}

/** What a request would change: `notes` say what would be left out. With `refusal`, it would change nothing. */
export type Outcome = { method: string; status: number; changes: Change[]; notes: string[]; refusal?: string };

/**
 * Carries out a request of a source in a transaction that is rolled back, and returns what it would change. Nothing is stored or logged.
 * @returns an error for `text` if it is no request, and for `path` if it does not tell who is changed
 */
export async function tryOut(deps: Deps, source: ProfileSource, attempt: Attempt): Promise<Checked<Outcome>> {
  const read = readAttempt(attempt);
  if (!read.ok) return read;
  const { method, path, body } = read.value;
  const request = { method, path, query: new URLSearchParams(), body };
  const trace = newTrace(request);
  const rest = { baseUrl: '', network: '', startedAt: deps.now(), budget: { work: MOST_WORK }, isTryOut: true };
  const call: Call = { ...rest, deps, source, request, trace };
  try {
    const { status } = await findHandler(request)(call);
    const notes = trace.notices.map(({ text }) => text);
    return { ok: true, value: { method, status, changes: trace.changes, notes } };
  } catch (error) {
    const { status, message } = toScimError(deps, error);
    return { ok: true, value: { method, status, changes: [], notes: [], refusal: message } };
  }
}

function readAttempt({ text, method, path }: Attempt): Checked<{ method: string; path: string; body: unknown }> {
  if (text.trim() === '')
    return invalid({ text: 'Paste the body of a request, or select a request from the SCIM log.' });
  if (/… \(\d+ characters\)\s*$/.test(text))
    return invalid({ text: 'The SCIM log has only the beginning of this body. Paste the whole body.' });
  let body: unknown;
  try {
    body = parseBody(Buffer.from(text));
  } catch (error) {
    if (error instanceof ScimError) return invalid({ text: `${error.message} Paste the body as the client sends it.` });
    throw error;
  }
  if (!isObject(body)) return invalid({ text: 'The body must be a JSON object.' });
  const isPatch = field(body, 'Operations') !== undefined;
  if (isPatch && path === undefined) return invalid({ path: 'Enter the person that this PATCH changes.' });
  const guessed = isPatch ? 'PATCH' : path === undefined ? 'POST' : 'PUT';
  return { ok: true, value: { method: method ?? guessed, path: path ?? '/Users', body } };
}
