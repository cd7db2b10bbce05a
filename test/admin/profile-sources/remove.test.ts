import { expect } from 'chai';
import { LAST_POWER_USER } from '../../../src/people/lastPowerUser.ts';
import { findUser, type User } from '../../../src/store/users.ts';
import { aUser, insertUser } from '../../support/rows.ts';
import { type Sources, startForSources } from '../support/sources.ts';

const SCIM = '/settings/profile-sources/scim';

describe('admin/profile-sources/remove', () => {
  let setup: Sources;

  beforeEach(async () => {
    setup = await startForSources();
  });

  for (const [choice, active] of [
    ['keep', true],
    ['deactivate', false],
  ] as const)
    it(`asks with numbers, then removes a source and its people are: ${choice}`, async () => {
      const { client, add } = setup;
      const { id } = await add('JumpCloud');
      const person = await insert({ sourceId: id });
      const path = `${SCIM}/${id}/removal`;
      expect((await client.get(path)).text).to.contain('<strong>1 person</strong>');
      const unselected = await client.post(path, { typed: 'JumpCloud' });
      expect(unselected.status).to.equal(422);
      expect(unselected.text).to.contain('Select what should happen to its people.');
      expect((await client.post(path, { typed: 'x', people: choice })).status).to.equal(422);
      expect((await client.post(path, { typed: 'JumpCloud', people: choice })).status).to.equal(303);
      expect(await find(person)).to.include({ active, sourceId: null });
      expect((await client.get(`${SCIM}/${id}`)).status).to.equal(404);
    });

  it('skips the last active Power User, and names them', async () => {
    const { client, add, anteroom } = setup;
    const { id } = await add('JumpCloud');
    const maya = await anteroom.deps.store.db.selectFrom('users').select('id').executeTakeFirstOrThrow();
    await anteroom.deps.store.db.updateTable('users').set({ sourceId: id, displayName: 'Maya Koch' }).execute();
    const person = await insert({ sourceId: id });
    const removed = await client.post(`${SCIM}/${id}/removal`, { typed: 'JumpCloud', people: 'deactivate' });
    const page = (await client.follow(removed)).text;
    expect(page).to.contain('1 person was deactivated.').and.to.contain(`Maya Koch: ${LAST_POWER_USER}`);
    expect(await find(maya)).to.include({ active: true, sourceId: null });
    expect(await find(person)).to.include({ active: false, sourceId: null });
  });

  async function insert(values: Partial<User>): Promise<User> {
    const user = aUser(values);
    await insertUser(setup.anteroom.deps.store.db, user, null);
    return user;
  }

  function find({ id }: { id: string }) {
    return findUser(setup.anteroom.deps.store.db, id);
  }
});
