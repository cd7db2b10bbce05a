import { expect } from 'chai';
import {
  exportLockedOut,
  type LockedOutReason,
  pageOfLockedOut,
  surveyLockedOut,
} from '../../src/federation/lockedOut.ts';
import { personAttributes } from '../../src/people/attributes.ts';
import { searchKeysOf } from '../../src/people/users.ts';
import { reasonsAgainst } from '../../src/saml/verify/person.ts';
import type { MatchRule } from '../../src/store/lockedOut.ts';
import type { User } from '../../src/store/users.ts';
import { insertUsers } from '../../src/store/writeUsers.ts';
import { aProvider, aUser, insertUser } from '../support/rows.ts';
import { withStores } from '../support/stores.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';

describe('federation/lockedOut', () => {
  withStores((open) => {
    let deps: TestDeps;

    beforeEach(async () => {
      deps = await testDeps({ store: await open() });
      for (const [index, person] of people.entries())
        await insertUser(deps.store.db, aUser({ ...person, id: `0198-${index}` }), index === 0 ? 'a hash' : null);
    });

    it('finds people without a value to match', async () => {
      expect(await found({ match: 'email', emailDomains: [] }, 'no_value')).to.deep.equal(['plain', 'local']);
      expect(await found({ match: 'externalId', emailDomains: [] }, 'no_value'))
        .to.include('plain')
        .and.not.include('one');
      expect(await found({ match: 'userNameOrEmail', emailDomains: [] }, 'no_value')).to.deep.equal([]);
    });

    it('finds people whose value another person has too, compared as in a login, also if that one is deactivated', async () => {
      for (const match of ['email', 'userNameOrEmail'] as const)
        expect(await found({ match, emailDomains: [] }, 'shared_value')).to.deep.equal(['one', 'two', 'three']);
      expect(await found({ match: 'externalId', emailDomains: [] }, 'shared_value')).to.deep.equal(['one', 'two']);
      expect(await found({ match: 'userName', emailDomains: [] }, 'shared_value')).to.deep.equal([]);
    });

    it('finds people with Local Login only, however it is written', async () => {
      expect(await found({ match: 'userName', emailDomains: [] })).to.deep.equal(['local']);
    });

    it('finds people outside of the e-mail domains', async () => {
      const outside = await found({ match: 'userName', emailDomains: ['acme.com'] }, 'email_domain');
      expect(outside).to.deep.equal(['plain', 'local', 'kelvin']);
    });

    it('leaves out people who may not log in anyway', async () => {
      const all = await found({ match: 'externalId', emailDomains: ['nowhere.org'] });
      expect(all).not.to.include('gone').and.not.to.include('listed');
    });

    it('refuses the same people as a login for their Authentication Type and e-mail domain', async () => {
      for (const emailDomains of [[], ['acme.com'], ['ikea.com']]) {
        const rule = { match: 'userName' as const, emailDomains };
        const provider = aProvider();
        const settings = { ...provider.settings, ...rule };
        const refused = people
          .filter((person) => person.active !== false && person.userType !== 'Non Intranet User')
          .filter((person) => reasonsAgainst(aUser(person), { ...provider, settings }, 'x').length > 0);
        expect(await found(rule)).to.deep.equal(refused.map(({ userName }) => userName));
      }
    });

    it('counts them, and those who have no local password either', async () => {
      const { counts } = await surveyLockedOut(deps, { match: 'email', emailDomains: [] });
      expect(counts).to.deep.equal({
        people: 5,
        withoutPassword: 4,
        byReason: { no_value: 2, shared_value: 3, local_login: 1, email_domain: 0 },
      });
    });

    it('lists them by page and exports them, however many there are', async () => {
      const more = Array.from({ length: 1_100 }, (_, index) =>
        aUser({ id: `0199-${String(index).padStart(4, '0')}`, userName: `u${index}` }),
      );
      const rows = more.map((user) => ({ user, keys: searchKeysOf(user, personAttributes), passwordHash: null }));
      await deps.store.db.transaction().execute((trx) => insertUsers(trx, rows));
      const rule = { match: 'email', emailDomains: [] } as const;
      const names: string[] = [];
      let page = await surveyLockedOut(deps, { ...rule, emailDomains: [] });
      expect([page.rows.length, page.counts.people]).to.deep.equal([50, 1_105]);
      let next: Awaited<ReturnType<typeof pageOfLockedOut>> = page;
      for (;;) {
        names.push(...next.rows.map(({ person }) => person.userName));
        if (next.next === undefined) break;
        next = await pageOfLockedOut(deps, { ...rule, emailDomains: [] }, next.next);
      }
      expect(new Set(names).size).to.equal(1_105);
      const lines: Record<string, string>[] = [];
      for await (const line of exportLockedOut(deps, { ...rule, emailDomains: [] })) lines.push(line);
      expect(lines).to.have.lengthOf(1_105);
      expect(lines[0]).to.deep.include({
        userName: 'one',
        reasons: 'a value that another person has too',
        localPassword: 'yes',
      });
      page = await surveyLockedOut(deps, { ...rule, emailDomains: [] }, 'local_login');
      expect(page.rows.map(({ person }) => person.userName)).to.deep.equal(['local']);
    });

    async function found(rule: MatchRule, reason?: LockedOutReason): Promise<string[]> {
      const { rows } = await surveyLockedOut(deps, rule, reason);
      return rows.map(({ person }) => person.userName);
    }
  });
});

const people: (Partial<User> & { userName: string })[] = [
  { userName: 'one', email: 'Shared@acme.com', externalId: 'X1' },
  { userName: 'two', email: 'two@acme.com', externalId: 'X1', profile: { emails: [{ value: 'shared@ACME.com' }] } },
  { userName: 'three', email: 'old@acme.com', externalId: 'x1' },
  { userName: 'plain' },
  { userName: 'local', loginType: ' Local login\u00a0' },
  { userName: 'saml', loginType: 'SAML', email: 'saml@acme.com', externalId: 'E1' },
  { userName: 'kelvin', email: 'k@i\u212aea.com', externalId: 'E2' },
  { userName: 'gone', active: false, email: 'old@acme.com' },
  { userName: 'listed', userType: 'Non Intranet User' },
];
