import { expect } from 'chai';
import { countFailures, recordFailure } from '../../src/store/attempts.ts';
import { deleteExpired } from '../../src/store/expired.ts';
import { findMetadataImport, insertMetadataImport } from '../../src/store/identityProviders.ts';
import { findLoginRequest, insertLoginRequest } from '../../src/store/loginRequests.ts';
import { findPendingLogin, insertPendingLogin } from '../../src/store/pendingLogins.ts';
import { findSession, writeSession } from '../../src/store/sessions.ts';
import { isAssertionUsed, recordAssertion } from '../../src/store/usedAssertions.ts';
import { aLoginRequest, aSession, aUser, insertUser } from '../support/rows.ts';
import { withStores } from '../support/stores.ts';
import { testStart } from '../support/testDeps.ts';

describe('store/expired', () => {
  withStores((open) => {
    it('deletes expired rows and nothing else', async () => {
      const { db } = await open();
      const user = aUser();
      await insertUser(db, user, null);
      for (const [name, expiresAt] of [
        ['over', testStart],
        ['alive', testStart + 1],
      ] as const) {
        await insertLoginRequest(db, aLoginRequest({ id: name, expiresAt }));
        await recordAssertion(db, { entityId: 'one', assertionId: name, expiresAt });
        await insertPendingLogin(db, { tokenHash: name, loginJson: '{}', expiresAt });
        await insertMetadataImport(db, { id: name, xml: '', url: null, providerId: null, expiresAt });
        await writeSession(db, aSession(user.id, { id: name, expiresAt }));
        await recordFailure(db, name, testStart - 1, expiresAt - testStart + 1);
      }
      await deleteExpired(db, testStart);
      const there = async (name: string) => [
        (await findLoginRequest(db, name, 0)) !== undefined,
        await isAssertionUsed(db, { entityId: 'one', assertionId: name }),
        (await findPendingLogin(db, name, 0)) !== undefined,
        (await findMetadataImport(db, name, 0)) !== undefined,
        (await findSession(db, name, 0)) !== undefined,
        (await countFailures(db, name, 0)) === 1,
      ];
      expect(await there('over')).to.deep.equal([false, false, false, false, false, false]);
      expect(await there('alive')).to.deep.equal([true, true, true, true, true, true]);
    });
  });
});
