import { createServer } from 'node:http';
import { buildApp } from '../../src/app.ts';
import type { Store } from '../../src/db/open.ts';
import { ensureFirstDomain } from '../../src/federation/domains.ts';
import { emptyPerson } from '../../src/people/attribute.ts';
import { personAttributes } from '../../src/people/attributes.ts';
import { withCells } from '../../src/people/csv.ts';
import * as people from '../../src/people/users.ts';
import type { User } from '../../src/store/users.ts';
import { listen } from './listen.ts';
import { type TestDeps, testDeps } from './testDeps.ts';

export const testPassword = 'correct horse battery';

export type Anteroom = { url: string; deps: TestDeps };

/** Starts the application on a free port, with a domain for its URL and an empty directory. It is closed after the test. */
export async function startAnteroom(
  options: { store?: Store; env?: Record<string, string>; at?: number } = {},
): Promise<Anteroom> {
  const server = createServer();
  const url = await listen(server);
  const deps = await testDeps({ ...options, env: { PUBLIC_URL: url, ...options.env } });
  await ensureFirstDomain(deps);
  server.on('request', buildApp(deps));
  return { url, deps };
}

/** Adds a person who can log in with `testPassword`. @param fields values by the headers of a CSV file */
export async function addPerson(deps: TestDeps, fields: Record<string, string>): Promise<User> {
  const input = withCells(emptyPerson, { userName: 'maya.koch', ...fields }, personAttributes);
  const added = await people.addPerson(deps, input, testPassword);
  if (!added.ok) throw new Error(JSON.stringify(added.errors));
  return added.value;
}
