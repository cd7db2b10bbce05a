import { expect } from 'chai';
import type { Db } from '../../src/db/open.ts';
import { deleteSource, insertSource } from '../../src/store/profileSources.ts';
import { deleteNotices, hideNotice, insertNotice, isNoticeKind, listNotices } from '../../src/store/sourceNotices.ts';
import { aSource } from '../support/rows.ts';
import { withStores } from '../support/stores.ts';

describe('store/sourceNotices', () => {
  withStores((open) => {
    let db: Db;
    const [one, other] = [aSource(), aSource()];

    beforeEach(async () => {
      ({ db } = await open());
      for (const source of [one, other]) await insertSource(db, source);
    });

    it('keeps one notice for each source and kind, also after it was dismissed', async () => {
      for (const at of [1, 2]) await insertNotice(db, one.id, 'password', at);
      await insertNotice(db, other.id, 'password', 3);
      await insertNotice(db, one.id, 'takeOver', 4);
      await hideNotice(db, one.id, 'password');
      await insertNotice(db, one.id, 'password', 5);
      expect(await listNotices(db)).to.deep.equal([
        { sourceId: other.id, kind: 'password' },
        { sourceId: one.id, kind: 'takeOver' },
      ]);
      await deleteNotices(db, one.id);
      await insertNotice(db, one.id, 'password', 6);
      expect(await listNotices(db)).to.have.lengthOf(2);
    });

    it('forgets them with the source, and records nothing for an unknown one', async () => {
      await insertNotice(db, one.id, 'password', 1);
      await deleteSource(db, one.id);
      await insertNotice(db, one.id, 'password', 1);
      expect(await listNotices(db)).to.deep.equal([]);
    });
  });

  it('knows its kinds', () => {
    expect(['password', 'other'].map(isNoticeKind)).to.deep.equal([true, false]);
  });
});
