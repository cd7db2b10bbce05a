import type { Deps } from '../../deps.ts';
import { matchNames } from '../../federation/lockedOut.ts';
import { explain } from '../../federation/reasons.ts';
import { SAML } from '../../paths.ts';
import { nameOf } from '../../people/users.ts';
import { reasonsAgainst } from '../../saml/verify/person.ts';
import type { LoginActivity } from '../../store/loginActivity.ts';
import type { LoginTest } from '../../store/loginTests.ts';
import { findUsersById, type User } from '../../store/users.ts';
import { formPath } from './applyRepair.ts';

/** Someone that a tested response may mean, and why they may not log in. */
export type TestedPerson = { person: User; name: string; against: string[] };

/** What the page of a Test login shows besides the checks: what was tested, who was found, and where to go on. */
export type TestFacts = { what: string; way: string; people: TestedPerson[]; again: string; form: string };

/** Returns what the result of a Test login shows to its starter. */
export async function testFacts(deps: Deps, { asserted }: LoginActivity, test: LoginTest): Promise<TestFacts> {
  const { draft, importId, matched } = test;
  const found = [...(await findUsersById(deps.store.db, matched)).values()];
  const people = found.map((person) => ({
    person,
    name: nameOf(person),
    against: reasonsAgainst(person, draft, asserted ?? '').map((reason) => explain(reason, draft.name).title),
  }));
  return {
    what: importId === null ? 'what was on its form' : 'its metadata, which is not imported yet',
    way: `${draft.settings.matchAttribute || 'NameID'} compared with ${matchNames[draft.settings.match]}`,
    people,
    again: `${SAML}/tests/${test.id}/again`,
    form: formPath(test),
  };
}
