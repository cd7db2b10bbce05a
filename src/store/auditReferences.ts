import { sql } from 'kysely';
import type { Db } from '../db/open.ts';
import { isOneOf, jsonList } from '../db/query.ts';

/** What an ID stands for today. `place` is the domain of a provider or provider setup link, which its path has. */
export type Reference = { id: string; kind: string; name: string; place: string | null };

const IDS_PER_QUERY = 1_000;

// Kind, table, name, and the domain of a row.
const tables: [string, string, string, string][] = [
  ['group', 'groups', '"displayName"', 'null'],
  ['source', 'profileSources', '"name"', 'null'],
  ['job', 'jobs', '"kind"', 'null'],
  ['domain', 'domains', '"url"', 'null'],
  ['webhook', 'webhooks', `coalesce(nullif("description", ''), "url")`, 'null'],
  ['setupLink', 'providerSetups', '"note"', '"domainId"'],
  [
    'provider',
    'identityProviders',
    '"name"',
    // Without a domain of its own, its screens are below any.
    `coalesce((select min("domainId") from "providerDomains" where "providerId" = "identityProviders"."id"),
      (select min("id") from "domains"))`,
  ],
];

/** Returns what IDs stand for today, except people (see findUsersById) and attributes. IDs of what was deleted are missing. */
export async function findReferenced(db: Db, ids: string[]): Promise<Reference[]> {
  const found: Reference[] = [];
  for (let start = 0; start < ids.length; start += IDS_PER_QUERY) {
    const list = jsonList(ids.slice(start, start + IDS_PER_QUERY));
    const parts = tables.map(
      ([kind, table, name, place]) =>
        sql`select "id", ${sql.lit(kind)} as "kind", ${sql.raw(name)} as "name", cast(${sql.raw(place)} as text) as "place"
            from ${sql.table(table)} where ${isOneOf(db, 'id', list)}`,
    );
    const { rows } = await sql<Reference>`${sql.join(parts, sql` union all `)}`.execute(db);
    for (const row of rows) found.push(row);
  }
  return found;
}
