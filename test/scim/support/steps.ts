import { expect } from 'chai';
import type { ScimServer } from './scimServer.ts';

/** A request of a client, and what must come back. */
export type Step = {
  name: string;
  as?: 'second'; // sent by the second source
  method: string;
  path: string;
  headers?: Record<string, string>;
  request?: unknown;
  status: number;
  contentType?: string;
  headersOut?: string[]; // names of headers that the response has
  response?: unknown; // a part of the response
  absent?: string[]; // names that the response lacks
  save?: Record<string, string>; // placeholders for later steps, and the attributes that they stand for
};

/** Sends the requests one after another, and checks their responses. */
export async function runSteps(
  first: Pick<ScimServer, 'call'>,
  steps: Step[],
  second: Pick<ScimServer, 'call'> = first,
): Promise<void> {
  const saved = new Map<string, string>();
  for (const step of steps) {
    const { name, method, path, headers, request, status, contentType, headersOut, response, absent, save } = filled(
      step,
      saved,
    );
    const { call } = step.as === 'second' ? second : first;
    const reply = await call(method, path, request, headers);
    expect(reply.status, `${name}: ${reply.text}`).to.equal(status);
    if (contentType) expect(reply.headers.get('content-type'), name).to.equal(contentType);
    for (const header of headersOut ?? []) expect([...reply.headers.keys()], name).to.include(header);
    if (response !== undefined && !isWithin(reply.body, response)) expect(reply.body, name).to.deep.equal(response);
    if (absent) expect(reply.body, name).to.not.have.any.keys(...absent);
    for (const [placeholder, attribute] of Object.entries(save ?? {}))
      saved.set(placeholder, String(reply.body[attribute]));
  }
}

function filled(step: Step, saved: Map<string, string>): Step {
  return JSON.parse(JSON.stringify(step).replace(/\{\{(\w+)\}\}/g, (_, name) => saved.get(name) ?? name));
}

/** Objects may have further members; lists have the same number of items, in any order. */
function isWithin(actual: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted))
    return (
      Array.isArray(actual) &&
      actual.length === wanted.length &&
      wanted.every((item) => actual.some((other) => isWithin(other, item)))
    );
  if (typeof wanted !== 'object' || wanted === null) return actual === wanted;
  if (typeof actual !== 'object' || actual === null) return false;
  return Object.entries(wanted).every(([name, part]) => isWithin((actual as Record<string, unknown>)[name], part));
}
