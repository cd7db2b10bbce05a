import { expect } from 'chai';
import { insertNotice, listNotices, noticeKinds } from '../../../src/store/sourceNotices.ts';
import { type Sources, startForSources } from '../support/sources.ts';

describe('admin/profile-sources/notices', () => {
  let setup: Sources;
  let id: string;

  beforeEach(async () => {
    setup = await startForSources();
    ({ id } = await setup.add('JumpCloud'));
  });

  it('shows what the rights left out on the Control Panel until it is dismissed', async () => {
    const { anteroom, client } = setup;
    const { db } = anteroom.deps.store;
    for (const kind of noticeKinds) await insertNotice(db, id, kind, 1);
    const page = (await client.get('/settings')).text;
    expect(page.match(/JumpCloud (tried to|sends)/g)).to.have.lengthOf(noticeKinds.length * 2); // also for screen readers
    expect(page).to.contain('JumpCloud tried to make people Power Users');
    expect(page).to.contain(`href="/settings/profile-sources/log?source=${id}"`); // of unknown attributes and members
    const dismissal = `/settings/profile-sources/scim/${id}/notices/powerUserGrant/dismissal`;
    expect(page).to.contain(`action="${dismissal}"`);
    const after = (await client.follow(await client.post(dismissal))).text;
    expect(after).to.contain('Dismissed.').and.to.not.contain('JumpCloud tried to make people Power Users');
    await insertNotice(db, id, 'powerUserGrant', 2);
    expect(await listNotices(db)).to.have.lengthOf(noticeKinds.length - 1);
  });

  it('responds with 404 for an unknown source', async () => {
    const path = '/settings/profile-sources/scim/unknown/notices/password/dismissal';
    expect((await setup.client.post(path)).status).to.equal(404);
  });
});
