import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { personActor } from '../../src/audit/actor.ts';
import { recordChange } from '../../src/audit/record.ts';
import { verifyAudit } from '../../src/audit/verify.ts';
import { tables } from '../../src/db/schema.ts';
import { createJob } from '../../src/jobs/jobs.ts';
import { startJob } from '../../src/jobs/worker.ts';
import { erasePerson, exportPerson, personalData } from '../../src/people/personData.ts';
import { removeUser } from '../../src/people/users.ts';
import { writeJobItems } from '../../src/store/jobs.ts';
import { insertLoginActivity } from '../../src/store/loginActivity.ts';
import { writeLoginMessages } from '../../src/store/loginMessages.ts';
import { insertScimLog } from '../../src/store/scimLog.ts';
import { insertMail } from '../../src/store/sentMails.ts';
import { writeSession } from '../../src/store/sessions.ts';
import { insertDeliveries } from '../../src/store/webhookDeliveries.ts';
import { aLogEntry, anActivity, aSession, aUser, insertUser } from '../support/rows.ts';
import { withStores } from '../support/stores.ts';
import { type TestDeps, testDeps, testStart } from '../support/testDeps.ts';

/** Tables without data about the people of the directory. Administrators are named in some of them as who changed something. */
const others = [
  'settings',
  'identityProviders',
  'providerLogos',
  'loggedOutSessions',
  'domains',
  'providerDomains',
  'domainKeys',
  'metadataImports',
  'metadataVersions',
  'metadataRefreshes',
  'metadataFetches',
  'groups',
  'nestedGroups',
  'groupAncestors',
  'directoryCounts',
  'profileSources',
  'profileSourceTokens',
  'profileSourceCalls',
  'sourceNotices',
  'jobs',
  'loginRequests',
  'loginTests',
  'metadataCollections',
  'logoutRequests',
  'passkeyChallenges',
  'passedTests',
  'loginTraffic',
  'usedAssertions',
  'attempts',
  'webhooks',
  'healthCauses',
  'providerSetups',
  'auditCheckpoints',
];

describe('people/personData', () => {
  it('knows for every table whether it has data about people', () => {
    expect([...Object.values(personalData).flat(), ...others].sort()).to.deep.equal(Object.keys(tables).sort());
  });

  withStores((open) => {
    const anna = aUser({ userName: 'anna', email: 'anna@acme.com' });
    const hannah = aUser({ userName: 'hannah', email: 'hannah@acme.com' });
    let deps: TestDeps;

    beforeEach(async () => {
      deps = await testDeps({ store: await open() });
      const { db } = deps.store;
      for (const user of [anna, hannah]) await insertUser(db, user, null);
      for (const user of [anna, hannah]) {
        await writeSession(db, aSession(user.id));
        const own = anActivity({ userId: user.id, asserted: user.email });
        await insertLoginActivity(db, own);
        await writeLoginMessages(db, own.id, `sealed ${user.userName}`);
        await insertLoginActivity(db, anActivity({ asserted: user.userName.toUpperCase(), outcome: 'refused' }));
        await insertScimLog(db, [
          aLogEntry({
            resourceType: 'User',
            resourceId: user.id,
            resourceName: user.userName,
            path: `/Users/${user.id}`,
          }),
          aLogEntry({ path: `/Users?filter=userName%20eq%20%22${user.userName}%22` }),
          aLogEntry({
            resourceType: 'Group',
            resourceId: 'g',
            resourceName: 'Sales',
            body: `{"members":["${user.id}"]}`,
          }),
        ]);
        const change = [{ name: 'title', after: 'Dr.' }];
        const target = { kind: 'person', id: user.id, name: user.userName } as const;
        await recordChange(db, deps, 'person.updated', target, change, personActor(user, '192.0.2.1'));
        deps.clock.advance(1);
        await insertMail(db, {
          id: randomUUID(),
          at: testStart,
          kind: 'password',
          recipients: `it@acme.com, ${user.email}`,
          subject: 's',
        });
        const body = JSON.stringify({ data: { id: user.id, userName: user.userName } });
        const event = { webhookId: 'w', eventId: user.id, type: 'person.updated', body, position: 1, at: testStart };
        await insertDeliveries(db, [{ ...event, id: `${user.id}1`, nextAt: null }]);
        await db.updateTable('webhookDeliveries').set({ state: 'delivered' }).execute();
      }
      const { id } = await startJob(
        deps,
        (await createJob(deps, { kind: 'activate', input: {}, items: ['nobody'] }, 'M')).id,
      );
      const items = [anna.userName, hannah.userName].map((name, index) => ({
        position: index + 1,
        item: { userName: name },
      }));
      await writeJobItems(
        db,
        id,
        items.map((item) => ({ ...item, outcome: 'error', reason: 'no' })),
      );
    });

    it('exports all that is stored about a person, and nothing about others', async () => {
      const data = await exportPerson(deps, anna);
      expect(data.person).to.deep.include({ userName: 'anna' });
      expect(
        [data.sessions, data.logins, data.scimRequests, data.webhookEvents, data.mails].map((some) => some.length),
      ).to.deep.equal([1, 2, 3, 1, 1]);
      expect(data.importsAndBulkChanges).to.have.length(1);
      const change = { number: 1, at: testStart, action: 'person.updated' };
      expect(data.auditEntries).to.deep.equal([
        { ...change, by: { name: 'anna', address: '192.0.2.1' }, changes: [{ name: 'title', after: 'Dr.' }] },
      ]);
      const recorded = await deps.store.db.selectFrom('auditEntries').select(['action', 'targetId']).execute();
      expect(recorded).to.deep.include({ action: 'person.exported', targetId: anna.id });
      const text = JSON.stringify(data);
      expect(text)
        .to.contain('anna@acme.com')
        .and.not.contain(hannah.id)
        .and.not.contain('hannah')
        .and.not.contain('sealed');
      expect(text, 'who else is in the group').to.not.contain('members');
    });

    it('leaves logins of others who share or had an address of the person to them', async () => {
      const { db } = deps.store;
      const shared = anActivity({ userId: hannah.id, asserted: anna.email });
      const former = anActivity({ userId: 'deleted', asserted: anna.email });
      for (const row of [shared, former]) await insertLoginActivity(db, row);
      expect((await exportPerson(deps, anna)).logins.map(({ id }) => id)).to.not.include.members([
        shared.id,
        former.id,
      ]);
      await removeUser(deps, anna.id);
      await erasePerson(deps, anna);
      const names = await db.selectFrom('loginActivity').select(['id', 'asserted']).execute();
      const left = new Map(names.map(({ id, asserted }) => [id, asserted]));
      expect([left.get(shared.id), left.get(former.id)]).to.deep.equal([anna.email, null]);
    });

    it('takes a deleted person out of all logs, and leaves the others', async () => {
      expect(await erasePerson(deps, anna).catch((error: Error) => error.message)).to.equal('Delete the person first.');
      await removeUser(deps, anna.id);
      const { auditEntries, ...erased } = await erasePerson(deps, anna);
      expect(auditEntries, 'also that the person was deleted').to.be.above(0);
      expect(erased).to.deep.equal({
        logins: 2,
        scimRequests: 3,
        webhookEvents: 1,
        mails: 1,
        importsAndBulkChanges: 1,
      });
      expect(
        Object.values(await erasePerson(deps, anna)).every((count) => count === 0),
        'again',
      ).to.equal(true);
      const left = await everything();
      for (const name of [anna.id, 'anna@acme.com', '"ANNA"', 'sealed anna', '%22anna%22'])
        expect(left).to.not.contain(name);
      for (const name of [hannah.id, 'hannah@acme.com', '"HANNAH"', 'sealed hannah', '%22hannah%22'])
        expect(left).to.contain(name);
      expect(left, 'the group stays in its entry').to.contain('Sales');
      expect((await verifyAudit(deps)).faults, 'the chain of the audit log').to.deep.equal([]);
    });

    it('leaves events that wait for a webhook, and items of a job that runs', async () => {
      const { db } = deps.store;
      await db.updateTable('webhookDeliveries').set({ state: 'waiting' }).execute();
      await db.updateTable('jobs').set({ state: 'running' }).execute();
      await removeUser(deps, anna.id);
      expect(await erasePerson(deps, anna)).to.include({ webhookEvents: 0, importsAndBulkChanges: 0 });
      await db.updateTable('webhookDeliveries').set({ state: 'failed' }).execute();
      await db.updateTable('jobs').set({ state: 'done' }).execute();
      expect(await erasePerson(deps, anna)).to.include({ webhookEvents: 1, importsAndBulkChanges: 1 });
    });

    async function everything(): Promise<string> {
      const rows = Object.keys(tables).map(async (table) => {
        const all = await deps.store.db
          .selectFrom(table as 'users')
          .selectAll()
          .execute();
        return table === 'auditEntries' ? all.map((row) => ({ ...row, targetId: '', actorId: '' })) : all; // the IDs stay
      });
      return JSON.stringify(await Promise.all(rows));
    }
  });
});
