import type { Deps } from '../deps.ts';
import { allowsMethod, nameOf } from '../people/users.ts';
import type { ProviderSettings } from '../store/identityProviders.ts';
import { type LockedOutRow, type MatchRule, scanLockedOut } from '../store/lockedOut.ts';
import type { User } from '../store/users.ts';
import { mayLogInAddress } from './emailDomains.ts';

/** Why a provider could not log a person in: no value to compare, one that others share, Local Login only, or another e-mail domain. */
export const lockedOutReasons = {
  no_value: 'no value to match',
  shared_value: 'a value that another person has too',
  local_login: 'Local Login only',
  email_domain: 'outside the allowed e-mail domains',
} as const;

export type LockedOutReason = keyof typeof lockedOutReasons;

/** Someone who may log in to the intranet, but not with the provider. `byPassword`: they can still log in with a local password. */
export type LockedOut = { person: User; reasons: LockedOutReason[]; byPassword: boolean };

/** How many people a provider would lock out, for which reasons, and how many of them have no other way in. */
export type LockedOutCounts = { people: number; withoutPassword: number; byReason: Record<LockedOutReason, number> };

export type LockedOutPage = { rows: LockedOut[]; next: string | undefined };

const PAGE = 50;

/** Counts everyone that a provider would lock out, and returns the first of them. Reads the whole directory, see scanLockedOut. */
export async function surveyLockedOut(
  deps: Deps,
  settings: MatchRule,
  reason?: LockedOutReason,
): Promise<LockedOutPage & { counts: LockedOutCounts }> {
  const byReason = { no_value: 0, shared_value: 0, local_login: 0, email_domain: 0 };
  const counts: LockedOutCounts = { people: 0, withoutPassword: 0, byReason };
  const first: LockedOut[] = [];
  await deps.store.longRead(async (slice) => {
    for await (const people of lockedOutPeople(deps, settings, { slice })) {
      count(counts, people);
      if (first.length <= PAGE) first.push(...having(people, reason));
    }
  });
  return { counts, ...pageOf(first) };
}

/** Returns the next page of people that a provider would lock out. @param after the ID of the last person of the page before */
export async function pageOfLockedOut(
  deps: Deps,
  settings: MatchRule,
  after: string,
  reason?: LockedOutReason,
): Promise<LockedOutPage> {
  const rows: LockedOut[] = [];
  await deps.store.longRead(async (slice) => {
    for await (const people of lockedOutPeople(deps, settings, { after, slice })) {
      rows.push(...having(people, reason));
      if (rows.length > PAGE) return;
    }
  });
  return pageOf(rows);
}

/** The columns of the export. */
export const lockedOutColumns = ['userName', 'displayName', 'email', 'reasons', 'localPassword'];

/** Yields everyone that a provider would lock out, as lines of a CSV file. */
export async function* exportLockedOut(deps: Deps, settings: MatchRule): AsyncIterableIterator<Record<string, string>> {
  for await (const people of lockedOutPeople(deps, settings))
    for (const { person, reasons, byPassword } of people)
      yield {
        userName: person.userName,
        displayName: nameOf(person),
        email: person.email ?? '',
        reasons: reasons.map((reason) => lockedOutReasons[reason]).join(', '),
        localPassword: byPassword ? 'yes' : 'no',
      };
}

/** What a provider compares people with, for a sentence. */
export const matchNames: Record<ProviderSettings['match'], string> = {
  userNameOrEmail: 'user names and e-mail addresses',
  userName: 'user names',
  email: 'e-mail addresses',
  externalId: 'external IDs',
};

/** Yields everyone that a provider with these settings would lock out, in the order in which they were added and in slices of the directory. */
async function* lockedOutPeople(
  deps: Deps,
  settings: MatchRule,
  from: Parameters<typeof scanLockedOut>[2] = {},
): AsyncIterableIterator<LockedOut[]> {
  for await (const rows of scanLockedOut(deps.store.db, settings, from))
    yield rows.map((row) => judged(row, settings)).filter(({ reasons }) => reasons.length > 0);
}

function count(counts: LockedOutCounts, people: LockedOut[]): void {
  for (const { reasons, byPassword } of people) {
    counts.people += 1;
    if (!byPassword) counts.withoutPassword += 1;
    for (const reason of reasons) counts.byReason[reason] += 1;
  }
}

function having(people: LockedOut[], reason: LockedOutReason | undefined): LockedOut[] {
  return reason === undefined ? people : people.filter(({ reasons }) => reasons.includes(reason));
}

function pageOf(rows: LockedOut[]): LockedOutPage {
  const shown = rows.slice(0, PAGE);
  return { rows: shown, next: rows.length > PAGE ? shown.at(-1)?.person.id : undefined };
}

function judged({ user, hasPassword, noValue, shared }: LockedOutRow, settings: MatchRule): LockedOut {
  const found: [boolean, LockedOutReason][] = [
    [noValue, 'no_value'],
    [shared, 'shared_value'],
    [!allowsMethod(user, 'saml'), 'local_login'],
    [!mayLogInAddress(user.email, settings), 'email_domain'],
  ];
  const reasons = found.flatMap(([applies, reason]) => (applies ? [reason] : []));
  return { person: user, reasons, byPassword: hasPassword && allowsMethod(user, 'local') };
}
