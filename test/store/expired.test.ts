import { expect } from 'chai';
import { countFailures, recordFailure } from '../../src/store/attempts.ts';
import { deleteExpired } from '../../src/store/expired.ts';
import { findMetadataImport, insertMetadataImport } from '../../src/store/identityProviders.ts';
import {
  findLoginRequest,
  findPendingLogin,
  insertLoginRequest,
  insertPendingLogin,
  isAssertionUsed,
  recordAssertion,
} from '../../src/store/loginRequests.ts';
import { findSession, writeSession } from '../../src/store/sessions.ts';
import { insertUser } from '../../src/store/writeUsers.ts';
import { aLoginRequest, aSession, aUser } from '../support/rows.ts';
import { withStores } from '../support/stores.ts';
import { testStart } from '../support/testDeps.ts';

describe('store/expired', () => {
  withStores((open) => {
    it('deletes expired rows and nothing else', async () => {
      const { db, relaxed } = await open();
      const user = aUser();
      await insertUser(db, user, null);
      for (const [name, expiresAt] of [
        ['over', testStart],
        ['alive', testStart + 1],
      ] as const) {
        await insertLoginRequest(relaxed, aLoginRequest({ id: name, expiresAt }));
        await recordAssertion(relaxed, { entityId: 'one', assertionId: name, expiresAt });
        await insertPendingLogin(relaxed, { tokenHash: name, loginJson: '{}', expiresAt });
        await insertMetadataImport(db, { id: name, xml: '', url: null, providerId: null, expiresAt });
        await writeSession(relaxed, aSession(user.id, { id: name, expiresAt }));
        await recordFailure(relaxed, name, testStart - 1, expiresAt - testStart + 1);
      }
      await deleteExpired(relaxed, testStart);
      const there = async (name: string) => [
        (await findLoginRequest(relaxed, name, 0)) !== undefined,
        await isAssertionUsed(relaxed, { entityId: 'one', assertionId: name }),
        (await findPendingLogin(relaxed, name, 0)) !== undefined,
        (await findMetadataImport(db, name, 0)) !== undefined,
        (await findSession(relaxed, name, 0)) !== undefined,
        (await countFailures(relaxed, name, 0)) === 1,
      ];
      expect(await there('over')).to.deep.equal([false, false, false, false, false, false]);
      expect(await there('alive')).to.deep.equal([true, true, true, true, true, true]);
    });
  });
});
