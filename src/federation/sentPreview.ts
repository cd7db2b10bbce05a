import type { Db } from '../db/open.ts';
import type { AttributeList } from '../people/attribute.ts';
import { cellsOf, csvHeaders } from '../people/csv.ts';
import type { IdentityProvider } from '../store/identityProviders.ts';
import { findLoginActivity } from '../store/loginActivity.ts';
import { listLoginTests } from '../store/loginTests.ts';
import type { PeopleRules, ValueRule } from '../store/peopleRules.ts';
import { meets, newPersonOf, type Sent, valuesOf } from './sentPerson.ts';

const MOST_TESTS = 50;
const CUT = '…'; // Login activity keeps the beginning of long values, and the first of many

/** What the last Test login of a provider received, as far as Login activity keeps it. */
export type LastSent = Sent & { at: number };

/** The person that a login like the last Test login would create: `values` by column, `problem` if nobody. */
export type SentPreview = {
  at: number;
  problem?: string;
  values: [header: string, value: string][];
  leftOut: string[];
};

/** Returns what the newest Test login of a provider received, if its assertion was verified and named a person. */
export async function findLastSent(db: Db, providerId: string): Promise<LastSent | undefined> {
  const tests = (await listLoginTests(db, MOST_TESTS)).filter((test) => test.providerId === providerId);
  for (const { activityId } of tests) {
    const row = activityId === null ? undefined : await findLoginActivity(db, activityId);
    const assertion = row?.detail.arrived?.assertion;
    if (!row || row.asserted === null || !assertion?.verified) continue;
    const attributes = new Map(assertion.attributes.map(([name, ...values]) => [name, values]));
    return { at: row.at, name: row.asserted, attributes };
  }
  return undefined;
}

/** Returns the person that a login like the last Test login would create. */
export function previewOf(
  provider: IdentityProvider,
  people: PeopleRules,
  sent: LastSent,
  attributes: AttributeList,
): SentPreview {
  const { at } = sent;
  const nobody = { at, values: [], leftOut: [] };
  if (people.required.attribute !== '' && !meets(sent, people.required))
    return { ...nobody, problem: `Nobody: ${people.required.attribute} has none of the required values.` };
  const read = newPersonOf({ ...provider, people }, sent, attributes);
  if (!read.ok) return { ...nobody, problem: `Nobody. ${Object.values(read.errors).join(' ')}` };
  const cells = cellsOf(read.value.person, sent.manager?.userName ?? '', attributes);
  const shown = csvHeaders(attributes).flatMap((header): [string, string][] => {
    const value = cells[header] ?? '';
    return value === '' || value === 'no' || header === 'active' ? [] : [[header, value]];
  });
  return { at, values: shown, leftOut: Object.keys(read.value.leftOut) };
}

/** Returns what speaks against rules: they would let nobody in, as far as the last Test login tells. */
export function warningsAbout({ people, settings }: IdentityProvider, sent: LastSent | undefined): string[] {
  if (!people || (!people.create && !people.update)) return [];
  const requires = people.required.attribute !== '';
  const open =
    people.create && !requires && settings.emailDomains.length === 0
      ? ['Everyone that the provider logs in becomes a person here. Require a value, or limit the e-mail domains.']
      : [];
  if (!sent) return open;
  const missing = people.userNameFrom !== '' && valuesOf(sent, people.userNameFrom).length === 0;
  return [
    ...open,
    ...(requires ? ruleWarning(sent, people.required) : []),
    ...(people.create && missing
      ? [`The last Test login had no ${people.userNameFrom}: nobody would be created without it.`]
      : []),
  ];
}

function ruleWarning(sent: LastSent, rule: ValueRule): string[] {
  const values = valuesOf(sent, rule.attribute);
  if (meets(sent, rule) || values.some((value) => value.endsWith(CUT))) return [];
  const had = values.length === 0 ? `had no ${rule.attribute}` : `had ${rule.attribute} ${values.join(', ')}`;
  return [`The last Test login ${had}: with the required value, it would have been refused.`];
}
