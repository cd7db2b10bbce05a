import { type RawBuilder, sql } from 'kysely';
import { inNextTurn, type Slice } from '../db/longReads.ts';
import type { Db } from '../db/open.ts';
import { compiled } from '../db/query.ts';
import type { ProviderSettings } from './identityProviders.ts';
import { findSliceEnd } from './selection.ts';
import { type User, userColumns, userFromRow } from './users.ts';

const SLICE = 500;
const LAST = '\u{10ffff}'; // sorts after every ID

/** How a provider finds people, which decides who has no value or shares it with someone. */
export type MatchRule = Pick<ProviderSettings, 'match' | 'emailDomains'>;

/** Someone who may log in to the intranet, but perhaps not with the provider: their Authentication Type or e-mail domain has to be compared. */
export type LockedOutRow = {
  user: User;
  hasPassword: boolean;
  noValue: boolean;
  shared: boolean;
};

/**
 * Yields the people that a provider perhaps could not log in, in the order of their IDs and slice by slice, between which others are served:
 * the whole directory is read. People who may not log in anyway, because they are deactivated or Non Intranet Users, are left out.
 * @param after the ID of a person to continue behind
 */
export async function* scanLockedOut(
  db: Db,
  rule: MatchRule,
  { after = '', slice = inNextTurn }: { after?: string | undefined; slice?: Slice } = {},
): AsyncIterableIterator<LockedOutRow[]> {
  const read = rowsBetween(db, rule);
  let from: string | undefined = after;
  while (from !== undefined) {
    const start: string = from;
    const end = await slice(() => findSliceEnd(db, 'users', start, SLICE));
    const rows = await slice(() => read(start, end ?? LAST));
    yield rows.map(({ hasPassword, noValue, shared, ...row }) => ({
      user: userFromRow(row),
      hasPassword: hasPassword === 1,
      noValue: noValue === 1,
      shared: shared === 1,
    }));
    from = end;
  }
}

/** The query is compiled once for all slices. */
function rowsBetween(db: Db, rule: MatchRule) {
  const flags = flagsOf(rule);
  return compiled(db, (_, after: string, last: string) =>
    db
      .selectFrom('users')
      .where('id', '>', after)
      .where('id', '<=', last)
      .where('active', '=', 1)
      .where('userType', '!=', 'Non Intranet User')
      .where(sql<boolean>`(${sql.join(Object.values(flags), sql` or `)})`)
      .select(userColumns)
      .select([
        asFlag(sql`"passwordHash" is not null`).as('hasPassword'),
        asFlag(flags.noValue).as('noValue'),
        asFlag(flags.shared).as('shared'),
      ])
      .orderBy('id'),
  );
}

const NEVER = sql<boolean>`1 = 0`;

/** The same rules as in saml/verify/person.ts. A deactivated person still makes a value ambiguous. */
function flagsOf({
  match,
  emailDomains,
}: MatchRule): Record<'noValue' | 'shared' | 'mayBeOutside' | 'mayBeLocal', Sql> {
  const byEmail = match === 'email' || match === 'userNameOrEmail';
  return {
    noValue: match === 'email' ? NO_EMAIL : match === 'externalId' ? NO_EXTERNAL_ID : NEVER,
    shared: byEmail ? SHARED_EMAIL : match === 'externalId' ? SHARED_EXTERNAL_ID : NEVER,
    mayBeOutside: emailDomains.length === 0 ? NEVER : mayBeOutside(emailDomains),
    mayBeLocal: sql`lower(coalesce("loginType", '')) like '%local login%'`,
  };
}

type Sql = RawBuilder<unknown>;

const NO_EMAIL = sql`not exists (select 1 from "userEmails" e where e."userId" = "users"."id")`;
const SHARED_EMAIL = sql`exists (select 1 from "userEmails" e join "userEmails" o on o."valueKey" = e."valueKey"
  where e."userId" = "users"."id" and o."userId" <> e."userId")`;
const NO_EXTERNAL_ID = sql`coalesce("externalId", '') = ''`;
const SHARED_EXTERNAL_ID = sql`exists (select 1 from "users" o where o."externalId" = "users"."externalId"
  and o."id" <> "users"."id" and o."externalId" <> '')`;

/** PostgreSQL may fold more letters than caseKey(), but none of ASCII: other addresses are all looked at. */
function mayBeOutside(domains: string[]): Sql {
  const isInside = domains.map((domain) => sql`lower("email") like ${`%@${domain}`}`);
  return sql`("email" is null or octet_length("email") <> length("email") or not (${sql.join(isInside, sql` or `)}))`;
}

function asFlag(condition: Sql): RawBuilder<number> {
  return sql<number>`case when ${condition} then 1 else 0 end`;
}
