import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { withStores } from '../support/stores.ts';
import { openScimServer } from './support/scimServer.ts';

type Step = {
  name: string;
  method: string;
  path: string;
  headers?: Record<string, string>;
  request?: unknown;
  status: number;
  response?: unknown; // a part of the response
  absent?: string[]; // names that the response lacks
  save?: Record<string, string>; // placeholders for later steps, and the attributes that they stand for
};

const folder = new URL('clients/', import.meta.url);

describe('scim/clients', () => {
  withStores((open) => {
    for (const file of readdirSync(folder)) {
      const { client, steps }: { client: string; steps: Step[] } = JSON.parse(
        readFileSync(new URL(file, folder), 'utf8'),
      );
      it(`serves ${client}`, async () => {
        const scim = await openScimServer(await open());
        const saved = new Map<string, string>();
        for (const step of steps) {
          const { name, method, path, headers, request, status, response, absent, save } = filled(step, saved);
          const reply = await scim.call(method, path, request, headers);
          expect(reply.status, `${name}: ${reply.text}`).to.equal(status);
          if (response !== undefined && !isWithin(reply.body, response))
            expect(reply.body, name).to.deep.equal(response);
          if (absent) expect(reply.body, name).to.not.have.any.keys(...absent);
          for (const [placeholder, attribute] of Object.entries(save ?? {}))
            saved.set(placeholder, String(reply.body[attribute]));
        }
      });
    }
  });
});

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
