import { expect } from 'chai';
import { checkDatabase, findSetting, takeSetting, writeSetting } from '../../src/store/settings.ts';
import { withStores } from '../support/stores.ts';

describe('store/settings', () => {
  withStores((open) => {
    it('returns undefined for a setting that was never written', async () => {
      const { db } = await open();
      expect(await findSetting(db, 'writeCheck')).to.equal(undefined);
    });

    it('returns what was written last', async () => {
      const { db } = await open();
      await writeSetting(db, 'writeCheck', { dark: true });
      await writeSetting(db, 'writeCheck', { dark: false, accents: ['é', null] });
      expect(await findSetting(db, 'writeCheck')).to.deep.equal({ dark: false, accents: ['é', null] });
      expect(await findSetting(db, 'setupLink')).to.equal(undefined);
    });

    it('tells null and false from undefined', async () => {
      const { db } = await open();
      await writeSetting(db, 'setupLink', null);
      await writeSetting(db, 'creatingTurn', false);
      expect([await findSetting(db, 'setupLink'), await findSetting(db, 'creatingTurn')]).to.deep.equal([null, false]);
    });

    it('removes a setting that is written as undefined', async () => {
      const { db } = await open();
      await writeSetting(db, 'writeCheck', 1);
      await writeSetting(db, 'writeCheck', undefined);
      expect(await findSetting(db, 'writeCheck')).to.equal(undefined);
    });

    it('lets one of several concurrent calls take a value', async () => {
      const { db } = await open();
      await writeSetting(db, 'setupLink', 'a');
      expect(await takeSetting(db, 'setupLink', 'b')).to.equal(false);
      const taken = await Promise.all([1, 2, 3].map(() => takeSetting(db, 'setupLink', 'a')));
      expect(taken.filter(Boolean)).to.have.lengthOf(1);
      expect(await findSetting(db, 'setupLink')).to.equal(undefined);
    });

    it('checks whether the database answers', async () => {
      const store = await open();
      await checkDatabase(store.db);
      await store.close();
      const failed = await checkDatabase(store.db).then(
        () => false,
        () => true,
      );
      expect(failed).to.equal(true);
    });
  });
});
