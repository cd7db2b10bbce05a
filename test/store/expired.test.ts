import { expect } from 'chai';
import { tables } from '../../src/db/schema.ts';
import { newId } from '../../src/identifier.ts';
import { countFailures, recordFailure } from '../../src/store/attempts.ts';
import { insertDomain } from '../../src/store/domains.ts';
import { deleteExpired } from '../../src/store/expired.ts';
import { insertLoginActivity, type NewLoginActivity } from '../../src/store/loginActivity.ts';
import { findLoginMessages, writeLoginMessages } from '../../src/store/loginMessages.ts';
import { findLoginRequest, insertLoginRequest } from '../../src/store/loginRequests.ts';
import { listLoginActivity } from '../../src/store/loginSearch.ts';
import { findLoginTest, insertLoginTest } from '../../src/store/loginTests.ts';
import { addTraffic, listTraffic } from '../../src/store/loginTraffic.ts';
import { findLogoutRequest, insertLogoutRequest } from '../../src/store/logoutRequests.ts';
import { findMetadataCollection, insertMetadataCollection } from '../../src/store/metadataCollections.ts';
import { findMetadataImport, insertMetadataImport } from '../../src/store/metadataImports.ts';
import { findPendingLogin, insertPendingLogin } from '../../src/store/pendingLogins.ts';
import { findProviderSetup, insertProviderSetup } from '../../src/store/providerSetups.ts';
import { insertMail, listMails } from '../../src/store/sentMails.ts';
import { findSession, writeSession } from '../../src/store/sessions.ts';
import { isAssertionUsed, recordAssertion } from '../../src/store/usedAssertions.ts';
import { insertDeliveries, listDeliveries } from '../../src/store/webhookDeliveries.ts';
import {
  aDomain,
  aLoginRequest,
  aLoginTest,
  anActivity,
  aProviderSetup,
  aSession,
  aUser,
  insertUser,
} from '../support/rows.ts';
import { withStores } from '../support/stores.ts';
import { seededBytes, testStart } from '../support/testDeps.ts';

const TOKENS = 'profileSourceTokens'; // they are deleted with the next one of their source

const aLogoutRequest = {
  providerId: 'a-provider',
  domainId: 'a-domain',
  activityId: 'an-activity',
  state: 'sent' as const,
  createdAt: testStart,
};

describe('store/expired', () => {
  withStores((open) => {
    it('deletes expired rows and nothing else', async () => {
      const { db } = await open();
      const user = aUser();
      const domain = aDomain();
      await insertUser(db, user, null);
      await insertDomain(db, domain);
      for (const [name, expiresAt] of [
        ['over', testStart],
        ['alive', testStart + 1],
      ] as const) {
        await insertLoginRequest(db, aLoginRequest({ id: name, expiresAt: expiresAt - 86_400_000 })); // kept for a day
        await insertLogoutRequest(db, { ...aLogoutRequest, id: name, expiresAt: expiresAt - 86_400_000 }); // kept for a day
        await recordAssertion(db, { entityId: 'one', assertionId: name, expiresAt });
        await insertPendingLogin(db, { tokenHash: name, loginJson: '{}', expiresAt });
        await insertMetadataImport(db, {
          id: name,
          xml: '',
          url: null,
          providerId: null,
          expiresAt,
          signers: null,
          selected: null,
        });
        await insertMetadataCollection(db, {
          id: name,
          url: null,
          xml: '',
          signers: null,
          entitiesJson: '[]',
          expiresAt,
        });
        await writeSession(db, aSession(user.id, { id: name, expiresAt }));
        await insertLoginTest(db, aLoginTest(domain.id, { id: name, expiresAt: expiresAt - 86_400_000 })); // kept for a day
        await insertProviderSetup(db, aProviderSetup(domain.id, { id: name, expiresAt: expiresAt - 30 * 86_400_000 })); // kept for a month
        await recordFailure(db, name, testStart - 1, expiresAt - testStart + 1);
      }
      await deleteExpired(db, testStart, { activity: 400, messages: 14 });
      const there = async (name: string) => [
        (await findLoginRequest(db, name)) !== undefined,
        await isAssertionUsed(db, { entityId: 'one', assertionId: name }),
        (await findPendingLogin(db, name, 0)) !== undefined,
        (await findMetadataImport(db, name, 0)) !== undefined,
        (await findMetadataCollection(db, name, 0)) !== undefined,
        (await findSession(db, name, 0)) !== undefined,
        (await findLogoutRequest(db, name)) !== undefined,
        (await findLoginTest(db, name)) !== undefined,
        (await findProviderSetup(db, name)) !== undefined,
        (await countFailures(db, name, 0)) === 1,
      ];
      expect(await there('over')).to.deep.equal(Array(10).fill(false));
      expect(await there('alive')).to.deep.equal(Array(10).fill(true));
    });

    it('deletes expired rows from every table that has some', async () => {
      const { db } = await open();
      const [user, domain] = [aUser(), aDomain()];
      await insertUser(db, user, null);
      await insertDomain(db, domain);
      const columnValue = (name: string, sql: string, row: string) => {
        if (name === 'expiresAt') return row === 'over' ? 0 : testStart + 1;
        if (!/not null|primary key/.test(sql)) return null;
        if (/references/.test(sql)) return sql.includes('"users"') ? user.id : domain.id;
        return /integer|bigint/.test(sql) ? Number(row === 'alive') : row;
      };
      const expiring = Object.entries(tables).filter(([name, columns]) => 'expiresAt' in columns && name !== TOKENS);
      for (const row of ['over', 'alive'])
        for (const [table, columns] of expiring) {
          const values = Object.entries(columns).map(([name, { sql }]) => [name, columnValue(name, sql, row)]);
          await db
            .insertInto(table as 'attempts')
            .values(Object.fromEntries(values))
            .execute();
        }
      await deleteExpired(db, testStart, { activity: 400, messages: 14 });
      for (const [table] of expiring) {
        const left = await db
          .selectFrom(table as 'attempts')
          .select('expiresAt')
          .execute();
        expect(left, table).to.deep.equal([{ expiresAt: testStart + 1 }]);
      }
    });

    it('deletes counters of attempts that expire too late, because the clock was set back', async () => {
      const { db } = await open();
      await recordFailure(db, 'anna', testStart + 86_400_000, 100);
      await recordFailure(db, 'bob', testStart, 3_600_000);
      await deleteExpired(db, testStart, { activity: 400, messages: 14 });
      const rows = await db.selectFrom('attempts').select('name').execute();
      expect(rows).to.deep.equal([{ name: 'bob' }]);
    });

    it('deletes mails after 90 days', async () => {
      const { db } = await open();
      for (const at of [testStart - 90 * 86_400_000 - 1, testStart - 90 * 86_400_000]) {
        const id = newId({ now: () => at, randomBytes: seededBytes(String(at)) });
        await insertMail(db, { id, at, kind: 'test', recipients: 'a@acme.com', subject: '' });
      }
      await deleteExpired(db, testStart, { activity: 400, messages: 14 });
      expect((await listMails(db, 9)).map(({ at }) => at)).to.deep.equal([testStart - 90 * 86_400_000]);
    });

    it('deletes events of webhooks after 30 days', async () => {
      const { db } = await open();
      for (const at of [testStart - 30 * 86_400_000 - 1, testStart - 30 * 86_400_000]) {
        const id = newId({ now: () => at, randomBytes: seededBytes(String(at)) });
        const event = { eventId: id, type: 'person.created', body: '{}', position: at, nextAt: null };
        await insertDeliveries(db, [{ id, webhookId: 'one', at, ...event }]);
      }
      await deleteExpired(db, testStart, { activity: 400, messages: 14 });
      const { rows } = await listDeliveries(db, 'one', { limit: 9 });
      expect(rows.map(({ at }) => at)).to.deep.equal([testStart - 30 * 86_400_000]);
    });

    it('deletes messages of logins before Login activity, and all of them if none are to be kept', async () => {
      const { db } = await open();
      const day = 86_400_000;
      const [old, recent] = [15, 13].map((days) => anActivity({ at: testStart - days * day }));
      for (const attempt of [old, recent]) {
        await insertLoginActivity(db, attempt as NewLoginActivity);
        await writeLoginMessages(db, attempt?.id ?? '', 'sealed');
      }
      const kept = async () =>
        Promise.all(
          [old, recent].map(async (attempt) => (await findLoginMessages(db, attempt?.id ?? '')) !== undefined),
        );
      await deleteExpired(db, testStart, { activity: 400, messages: 14 });
      expect(await kept()).to.deep.equal([false, true]);
      expect((await listLoginActivity(db, {}, { limit: 5 })).rows).to.have.lengthOf(2);
      await deleteExpired(db, testStart, { activity: 400, messages: 0 });
      expect(await kept()).to.deep.equal([false, false]);
    });

    it('deletes the counts of logins sent and received after 3 days', async () => {
      const { db } = await open();
      const slots = [testStart - 3 * 86_400_000 - 1, testStart - 3 * 86_400_000];
      await addTraffic(
        db,
        slots.map((slot) => ({
          providerId: 'p',
          domainId: 'd',
          slot,
          sent: 1,
          received: 0,
          offsets: '',
          sentFrom: null,
        })),
      );
      await deleteExpired(db, testStart, { activity: 400, messages: 14 });
      expect((await listTraffic(db, 0)).map(({ slot }) => slot)).to.deep.equal(slots.slice(1));
    });

    it('deletes Login activity past its time, with the names in it, and more rows than one slice has', async () => {
      const { db } = await open();
      const day = 86_400_000;
      for (let i = 0; i < 1_001; i += 1) await insertLoginActivity(db, anActivity({ at: testStart - 30 * day - 1 }));
      const kept = anActivity({ at: testStart - 30 * day });
      await insertLoginActivity(db, kept);
      for (let i = 0; i < 501; i += 1)
        await insertLoginRequest(db, aLoginRequest({ id: `over ${i}`, expiresAt: testStart - day }));
      await deleteExpired(db, testStart, { activity: 30, messages: 14 });
      const { rows } = await listLoginActivity(db, {}, { limit: 5 });
      expect(rows.map(({ id }) => id)).to.deep.equal([kept.id]);
      expect(await findLoginRequest(db, 'over 500')).to.equal(undefined);
    });
  });
});
