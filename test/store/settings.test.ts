import { expect } from 'chai';
import { findSetting, writeSetting } from '../../src/store/settings.ts';
import { withStores } from '../support/stores.ts';

describe('store/settings', () => {
  withStores((open) => {
    it('has nothing where nothing was written', async () => {
      const { db } = await open();
      expect(await findSetting(db, 'theme')).to.equal(undefined);
    });

    it('keeps what was written last', async () => {
      const { db } = await open();
      await writeSetting(db, 'theme', { dark: true });
      await writeSetting(db, 'theme', { dark: false, accents: ['é', null] });
      expect(await findSetting(db, 'theme')).to.deep.equal({ dark: false, accents: ['é', null] });
      expect(await findSetting(db, 'Theme')).to.equal(undefined);
    });

    it('tells null and false from nothing', async () => {
      const { db } = await open();
      await writeSetting(db, 'a', null);
      await writeSetting(db, 'b', false);
      expect([await findSetting(db, 'a'), await findSetting(db, 'b')]).to.deep.equal([null, false]);
    });

    it('removes a setting that is written as undefined', async () => {
      const { db } = await open();
      await writeSetting(db, 'theme', 1);
      await writeSetting(db, 'theme', undefined);
      expect(await findSetting(db, 'theme')).to.equal(undefined);
    });
  });
});
