import { expect } from 'chai';
import { changeMapping, changeOwnership, learnAttributes } from '../../src/sources/ownership.ts';
import { addSource, changeSource } from '../../src/sources/profileSources.ts';
import { findSource, updateSource } from '../../src/store/profileSources.ts';
import { listScimLog } from '../../src/store/scimLog.ts';
import { withStores } from '../support/stores.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';

describe('sources/ownership', () => {
  withStores((open) => {
    let deps: TestDeps;
    let id: string;

    beforeEach(async () => {
      deps = await testDeps({ store: await open() });
      const added = await addSource(deps, { name: 'JumpCloud' });
      if (!added.ok) throw new Error('refused');
      id = added.value.clientId;
    });

    const ownership = async () => (await findSource(deps.store.db, id))?.ownership;
    const learn = (...names: string[]) =>
      deps.store.db.transaction().execute((trx) => learnAttributes(trx, deps, id, names));

    it('learns each attribute once, also from requests at the same time', async () => {
      await Promise.all([learn('title', 'department'), learn('title', 'location'), learn('title'), learn()]);
      const names = (await ownership())?.trim().split(' ');
      expect(names?.sort()).to.deep.equal(['department', 'location', 'title']);
    });

    it('does not learn what a Power User took away, until it is added again', async () => {
      await learn('title', 'bio');
      expect(await changeOwnership(deps, id, { taken: ['bio'] })).to.have.nested.property(
        'value.ownership',
        ' title -bio ',
      );
      await learn('bio');
      expect(await ownership()).to.equal(' title -bio ');
      await changeOwnership(deps, id, { added: ['bio'] });
      expect(await ownership()).to.equal(' title bio ');
    });

    it('logs a change, and refuses to take away what every managing source owns', async () => {
      await changeOwnership(deps, id, { added: ['title'] });
      await changeOwnership(deps, id, { added: ['title'] });
      for (const name of ['userName', 'active'])
        expect(await changeOwnership(deps, id, { taken: [name] })).to.have.nested.property('errors.own');
      const { rows } = await listScimLog(deps.store.db, {}, { limit: 9 });
      expect(rows.filter(({ detail }) => detail === 'What the source owns was changed.')).to.have.lengthOf(1);
    });

    it('no longer owns an attribute to which nothing is mapped any more', async () => {
      const rules = [
        { from: 'costCode', to: 'costCenter' },
        { from: 'desk', to: 'location' },
      ];
      await changeMapping(deps, id, rules);
      await learn('title', 'costCenter', 'location');
      await changeMapping(deps, id, rules.slice(1));
      expect(await ownership()).to.equal(' title location ');
    });

    it('keeps what was learned while a Power User changed the settings', async () => {
      const before = await findSource(deps.store.db, id);
      if (!before) throw new Error('no source');
      await learn('title');
      await updateSource(deps.store.db, { ...before, name: 'Jump' });
      await changeSource(deps, id, { logBodies: true });
      expect(await ownership()).to.equal(' title ');
    });
  });
});
