import { expect } from 'chai';
import { noPeopleRules } from '../../../src/federation/peopleRules.ts';
import { addGroup, addPeopleToGroup } from '../../../src/people/groups.ts';
import { getUser } from '../../../src/people/users.ts';
import { createLogin, type LoginContext, runAsyncChecks } from '../../../src/saml/verify/check.ts';
import { loginChecks } from '../../../src/saml/verify/pipeline.ts';
import { findGroupByName, findGroupsOfUsers } from '../../../src/store/groups.ts';
import { type ProviderSettings, writePeopleRules } from '../../../src/store/identityProviders.ts';
import { listLoginActivity } from '../../../src/store/loginSearch.ts';
import type { PeopleRules } from '../../../src/store/peopleRules.ts';
import { countSessions, writeSession } from '../../../src/store/sessions.ts';
import { findUserByUserName, findUsersByUserNameOrEmail } from '../../../src/store/users.ts';
import { addPerson } from '../../support/anteroom.ts';
import { type Connected, connect, deliver, openTile, visitor } from '../../support/connect.ts';
import { aLoginTest, aProvider, aSession } from '../../support/rows.ts';
import { withStores } from '../../support/stores.ts';
import { type TestDeps, testDeps } from '../../support/testDeps.ts';
import { encode, honest } from '../corpus/hostile.ts';
import { verifyField } from '../support/context.ts';

const PERSISTENT = 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent';
const TRANSIENT = 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient';
const EMAIL = 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress';
const rules: PeopleRules = {
  ...noPeopleRules,
  create: true,
  update: true,
  mapping: [
    { from: 'mail', to: 'email' },
    { from: 'givenName', to: 'givenName' },
    { from: 'title', to: 'title' },
  ],
  required: { attribute: 'memberOf', values: ['Intranet', 'Editors'] },
  powerUser: { attribute: 'memberOf', values: ['Admins'] },
};
const ada = { mail: ['ada@acme.com'], givenName: ['Ada'], title: ['Engineer'], memberOf: ['Intranet'] };

type Attributes = Record<string, string[]>;
type How = { settings?: Partial<ProviderSettings>; people?: Partial<PeopleRules>; format?: string; test?: boolean };

describe('creating and updating people at login', () => {
  withStores((open) => {
    let deps: TestDeps;
    const provider = aProvider();

    beforeEach(async () => {
      deps = await testDeps({ store: await open() });
    });

    it('creates a person at the first login, as an Intranet User, with what is mapped', async () => {
      const { user, results } = await logIn('ada', ada);
      expect(results.at(-2)).to.include({ name: 'Creating and updating', detail: 'Ada was created.' });
      const stored = await getUser(deps, user?.id ?? '');
      expect(stored).to.deep.include({ userName: 'ada', email: 'ada@acme.com', givenName: 'Ada', title: 'Engineer' });
      expect(stored).to.include({ userType: 'Intranet User', creatorId: provider.id, sourceId: null, active: true });
    });

    it('creates nobody unless it is on', async () => {
      expect(reason(await logIn('ada', ada, { people: { create: false } }))).to.equal('person_unknown');
      expect(await findUserByUserName(deps.store.db, 'ada')).to.equal(undefined);
    });

    it('creates nobody without the required value, and nobody that another check refuses', async () => {
      const without = await logIn('ada', { ...ada, memberOf: ['intranet', 'Guests'] });
      expect(reason(without)).to.equal('required_value_missing');
      expect(without.refusal?.facts).to.include({
        expected: 'memberOf: Intranet or Editors',
        received: 'intranet, Guests',
      });
      const outside = await logIn('ada', ada, { settings: { emailDomains: ['acme.org'] } });
      expect(reason(outside)).to.equal('email_domain_forbidden');
      expect(await findUserByUserName(deps.store.db, 'ada')).to.equal(undefined);
    });

    it('makes someone a Power User by a rule only, and takes that with the value', async () => {
      const admin = { ...ada, memberOf: ['Intranet', 'Admins'] };
      const noRule = { powerUser: noPeopleRules.powerUser };
      expect((await logIn('ada', admin, { people: noRule })).user?.userType).to.equal('Intranet User');
      expect((await logIn('ada', admin)).user?.userType).to.equal('Power User');
      await addPerson(deps, { userName: 'maya', userType: 'Power User' });
      expect((await logIn('ada', ada)).user?.userType).to.equal('Intranet User');
      expect((await logIn('maya', ada)).user?.userType).to.equal('Power User');
    });

    it('takes no power from the last Power User', async () => {
      const { user } = await logIn('ada', { ...ada, memberOf: ['Intranet', 'Admins'] });
      expect((await logIn('ada', ada)).user?.userType).to.equal('Power User');
      const lost = await logIn('ada', { ...ada, memberOf: [] });
      expect(lost.refusal?.facts.detail).to.contain('not deactivated');
      expect(await getUser(deps, user?.id ?? '')).to.include({ active: true, userType: 'Power User' });
    });

    it('ends the access of a person that it created when they lose the required value', async () => {
      const { user } = await logIn('ada', ada);
      await writeSession(deps.store.db, aSession(user?.id ?? ''));
      expect(reason(await logIn('ada', { ...ada, memberOf: [] }, { test: true }))).to.equal('required_value_missing');
      expect((await getUser(deps, user?.id ?? '')).active, 'after a Test login').to.equal(true);
      expect(reason(await logIn('ada', { ...ada, memberOf: [] }))).to.equal('required_value_missing');
      expect((await getUser(deps, user?.id ?? '')).active).to.equal(false);
      expect(await countSessions(deps.store.db, { userIds: [user?.id ?? ''] }, deps.now())).to.equal(0);
      expect(reason(await logIn('ada', ada))).to.equal('person_deactivated');
    });

    it('requires nothing of people that it did not create', async () => {
      await addPerson(deps, { userName: 'ben' });
      expect(reason(await logIn('ben', {}))).to.equal(undefined);
    });

    it('updates people, but who they are only if it created them', async () => {
      await addPerson(deps, { userName: 'ben', email: 'ben@acme.com', title: 'Clerk' });
      const { user, results } = await logIn('ben', { ...ada, title: ['Lead'] });
      expect(results.at(-2)?.detail).to.equal('Updated: Given name, Job title.');
      expect(user).to.include({ title: 'Lead', givenName: 'Ada', email: 'ben@acme.com' });
      await logIn('ada', ada);
      expect((await logIn('ada', { ...ada, mail: ['ada.king@acme.com'] })).user?.email).to.equal('ada.king@acme.com');
      expect((await logIn('ada', { memberOf: ['Editors'] })).user).to.include({ title: 'Engineer' });
    });

    it('sets the manager that is named by user name, e-mail address or external ID, and leaves out any other', async () => {
      const boss = await addPerson(deps, { userName: 'boss', email: 'boss@acme.com', externalId: 'E-1' });
      const twins = ['one', 'two'];
      for (const userName of twins)
        await addPerson(deps, { userName, email: `${userName}@acme.com`, externalId: 'E-2' });
      const people = { mapping: [...rules.mapping, { from: 'manager', to: 'manager' }] };
      const managed = async (manager: string) => {
        const { user, results } = await logIn('ada', { ...ada, manager: [manager] }, { people });
        return [user?.profile.enterprise?.manager?.value, results.at(-2)?.detail];
      };
      expect(await managed('BOSS')).to.deep.equal([boss.id, 'Ada was created.']);
      for (const name of ['boss@acme.com', 'E-1']) expect((await managed(name))[0], name).to.equal(boss.id);
      const leftOut = 'Left out, because the values are not valid: manager.';
      for (const name of ['CN=Boss,OU=People', 'E-2', 'ada'])
        expect(await managed(name)).to.deep.equal([boss.id, leftOut]);
      expect(await managed('one')).to.deep.equal([
        (await findUserByUserName(deps.store.db, 'one'))?.id,
        'Updated: Manager.',
      ]);
      expect(await managed('')).to.deep.equal([(await findUserByUserName(deps.store.db, 'one'))?.id, undefined]);
    });

    it('keeps the e-mail address by which the login found the person', async () => {
      await logIn('ada@acme.com', { ...ada, mail: ['ada@acme.com'] }, { settings: { match: 'email' } });
      const changed = { ...ada, mail: ['ada.king@acme.com'] };
      const { user } = await logIn('ada@acme.com', changed, { settings: { match: 'email' } });
      expect(user?.email).to.equal('ada@acme.com');
    });

    it('gives a new person the name that the next login finds them by', async () => {
      const cases: [ProviderSettings['match'], string, string][] = [
        ['externalId', 'x-17', PERSISTENT],
        ['email', 'cy@acme.com', EMAIL],
        ['userName', 'cy', EMAIL],
        ['userNameOrEmail', 'cyd@acme.com', EMAIL],
      ];
      for (const [index, [match, name, format]] of cases.entries()) {
        const sent = { memberOf: ['Intranet'], uid: [`person${index}`], mail: [`person${index}@acme.com`] };
        const how = { settings: { match }, people: { userNameFrom: 'uid' }, format };
        const first = await logIn(name, sent, how);
        expect(reason(first), match).to.equal(undefined);
        const second = await logIn(name, sent, how);
        expect(second.user?.id, match).to.equal(first.user?.id);
      }
    });

    it('creates nobody by a name that the provider made up', async () => {
      expect(reason(await logIn('x-17', ada, { format: PERSISTENT }))).to.equal('person_unknown');
      const { mail: _, ...withoutMail } = ada;
      expect(reason(await logIn('x-17', withoutMail, { format: TRANSIENT }))).to.equal('person_unknown');
      expect(await findUserByUserName(deps.store.db, 'x-17')).to.equal(undefined);
    });

    it('refuses names of another person, and then writes nothing', async () => {
      await addPerson(deps, { userName: 'ben', email: 'ben@acme.com' });
      expect(reason(await logIn('ada', { ...ada, mail: ['BEN@acme.com'] }))).to.equal('person_ambiguous');
      expect(await findUserByUserName(deps.store.db, 'ada')).to.equal(undefined);
      const byUid = { people: { userNameFrom: 'uid' }, settings: { match: 'externalId' as const } };
      expect(reason(await logIn('x-1', { ...ada, uid: ['Ben'] }, byUid))).to.equal('person_ambiguous');
      await logIn('ada', ada);
      const stolen = await logIn('ada', { ...ada, mail: ['ben@acme.com'], title: ['Thief'] });
      expect(reason(stolen)).to.equal('person_ambiguous');
      expect(await findUserByUserName(deps.store.db, 'ada')).to.include({ title: 'Engineer', email: 'ada@acme.com' });
    });

    it('leaves hostile values out, and says so', async () => {
      const hostile = { ...ada, title: ['x'.repeat(5_000)], givenName: ['a\u0000b'], mail: ['not an address'] };
      const { user, results } = await logIn('ada', hostile);
      expect(user).to.include({ userName: 'ada', title: null, givenName: null, email: null });
      expect(results.at(-2)?.detail).to.contain('Left out, because the values are not valid: ');
      const many = { ...ada, title: Array.from({ length: 5_000 }, (_, index) => `${index}`) };
      expect((await logIn('ada', many)).user?.title).to.equal('0');
      expect(reason(await logIn('y'.repeat(5_000), ada))).to.equal('person_unknown');
      expect(reason(await logIn('', ada, { people: { userNameFrom: 'none' } }))).to.equal('person_unknown');
    });

    it('gives nobody an address of a domain that it may not log in', async () => {
      const how = { settings: { emailDomains: ['acme.com'] } };
      await logIn('ada', ada, how);
      const { user, results } = await logIn('ada', { ...ada, mail: ['ada@rival.com'] }, how);
      expect(user?.email).to.equal('ada@acme.com');
      expect(results.at(-2)?.detail).to.contain('email');
    });

    it('leaves people alone that a profile source manages', async () => {
      const { user } = await logIn('ada', ada);
      await deps.store.db.updateTable('users').set({ sourceId: 'a-source' }).execute();
      const { refusal } = await logIn('ada', { title: ['Other'] });
      expect(refusal?.reason).to.equal(undefined);
      expect(await getUser(deps, user?.id ?? '')).to.include({ title: 'Engineer', active: true });
    });

    it('stores nothing in a Test login', async () => {
      const { results, user } = await logIn('ada', ada, { test: true });
      expect([results.at(-2)?.detail, user?.id]).to.deep.equal(['A person would be created.', '']);
      expect(await findUserByUserName(deps.store.db, 'ada')).to.equal(undefined);
      await addPerson(deps, { userName: 'ben', title: 'Clerk' });
      expect((await logIn('ben', ada, { test: true })).results.at(-2)?.detail).to.contain('Would be updated: ');
      expect(await findUserByUserName(deps.store.db, 'ben')).to.include({ title: 'Clerk' });
    });

    it('creates one person if two first logins come at once', async () => {
      const [one, other] = await Promise.all([logIn('ada', ada), logIn('ada', ada)]);
      expect([reason(one), reason(other)]).to.deep.equal([undefined, undefined]);
      expect(one.user?.id).to.equal(other.user?.id).and.not.equal('');
    });

    it('gives an e-mail address to one person if several with it come at once', async () => {
      for (const round of ['a', 'b', 'c']) {
        const sent = { ...ada, mail: [`${round}@acme.com`] };
        const all = await Promise.all(['1', '2', '3'].map((each) => logIn(`${round}${each}`, sent)));
        expect(all.map(reason)).to.have.members([undefined, 'person_ambiguous', 'person_ambiguous']);
      }
    });

    it('keeps the groups of the provider in step, and touches no others', async () => {
      const how = { people: { groupsFrom: 'memberOf' } };
      const manual = await addGroup(deps, 'Editors');
      const teams = { ...ada, memberOf: ['Intranet', 'Team A', ' team a ', 'Editors', 'x'.repeat(300), 'a\u0007b'] };
      const first = await logIn('ada', teams, how);
      expect(first.results.at(-1)?.detail).to.contain('Joined: Intranet, team a.').and.contain('Left out');
      const id = first.user?.id ?? '';
      expect(await groupsOf(id)).to.deep.equal(['Intranet', 'team a']);
      if (manual.ok) await addPeopleToGroup(deps, manual.value.id, [id]);
      const next = { ...ada, memberOf: ['Intranet', 'Team B'] };
      expect((await logIn('ada', next, how)).results.at(-1)?.detail).to.equal('Joined: Team B. Left: team a.');
      expect((await logIn('ada', next, how)).results.at(-1)?.detail).to.equal(undefined);
      await logIn('ada', ada, { ...how, test: true });
      expect(await groupsOf(id)).to.deep.equal(['Editors', 'Intranet', 'Team B']);
      expect((await findGroupByName(deps.store.db, 'team b'))?.sourceId).to.equal(provider.id);
    });

    it('creates a group once if two people bring it at once, and reads 200 groups at most', async () => {
      const how = { people: { groupsFrom: 'memberOf' } };
      await Promise.all(['ben', 'cy'].map((userName) => addPerson(deps, { userName })));
      const both = await Promise.all(['ben', 'cy'].map((name) => logIn(name, { memberOf: ['Team'] }, how)));
      expect(both.map(reason)).to.deep.equal([undefined, undefined]);
      const many = Array.from({ length: 5_000 }, (_, index) => `g${index}`);
      const { user } = await logIn('ben', { memberOf: many }, how);
      expect(await groupsOf(user?.id ?? '')).to.have.lengthOf(200);
    });

    it('works from the tile of the provider, and is in Login activity', async () => {
      const connected = await connect({ store: deps.store });
      const people = { ...rules, mapping: [{ from: 'email', to: 'email' }], required: employees };
      await writePeopleRules(connected.deps.store.db, connected.provider.id, people);
      const landed = await deliver(visitor(connected), await openTile(connected, 'anna.berg'));
      expect(landed.text).to.contain('anna.berg');
      expect((await lastAttempt(connected)).outcome).to.equal('logged_in');
      expect(JSON.stringify((await lastAttempt(connected)).detail.checks)).to.contain('was created.');
      await writePeopleRules(connected.deps.store.db, connected.provider.id, {
        ...people,
        required: { attribute: 'memberOf', values: ['Nobody'] },
      });
      connected.deps.clock.advance(1);
      const refused = await deliver(visitor(connected), await openTile(connected, 'anna.berg'));
      expect(refused.text).to.contain('You do not have access to the intranet');
      expect(await lastAttempt(connected)).to.include({ reason: 'required_value_missing' });
      const [anna] = await findUsersByUserNameOrEmail(deps.store.db, 'anna.berg@acme.example');
      expect(anna?.active).to.equal(false);
    });

    async function groupsOf(id: string): Promise<string[]> {
      return (await findGroupsOfUsers(deps.store.db, [id])).map(({ displayName }) => displayName);
    }

    async function logIn(name: string, attributes: Attributes, how: How = {}): Promise<LoginContext> {
      const { content } = verifyField(encode(honest()));
      const login = createLogin({ domainId: '', entityId: '', acsUrl: '', secretOf: () => undefined });
      login.now = deps.now();
      login.provider = {
        ...provider,
        settings: { ...provider.settings, ...how.settings },
        people: { ...rules, ...how.people },
      };
      if (how.test) login.test = aLoginTest('');
      const nameId = { value: name, format: how.format ?? EMAIL, nameQualifier: undefined, spNameQualifier: undefined };
      login.content = content && { ...content, nameId, attributes: new Map(Object.entries(attributes)) };
      await runAsyncChecks(login, loginChecks.match, deps);
      return deps.store.db.transaction().execute(async (db) => {
        const used = { ...login, results: [...login.results] };
        await runAsyncChecks(used, loginChecks.use.slice(2), { db, deps });
        return used;
      });
    }
  });
});

const employees = { attribute: 'memberOf', values: ['Employees'] };

async function lastAttempt({ deps }: Connected) {
  const { rows } = await listLoginActivity(deps.store.db, {}, { limit: 1 });
  const [row] = rows;
  if (!row) throw new Error('There is no attempt.');
  return row;
}

function reason({ refusal }: LoginContext): string | undefined {
  return refusal?.reason;
}
