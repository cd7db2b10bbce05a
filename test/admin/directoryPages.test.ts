import { expect } from 'chai';
import { addGroup, addPeopleToGroup } from '../../src/people/groups.ts';
import { addSource } from '../../src/sources/profileSources.ts';
import { addPerson, startAnteroom } from '../support/anteroom.ts';
import { logInLocally } from '../support/client.ts';
import { withStores } from '../support/stores.ts';
import { fieldsOfForm } from './support/formFields.ts';

const LOG = '/settings/profile-sources/log';

describe('admin: the directory’s pages', () => {
  withStores((open) => {
    it('open, filter and save', async () => {
      const anteroom = await startAnteroom({ store: await open() });
      const { deps } = anteroom;
      await addPerson(deps, { userName: 'maya.koch', userType: 'Power User' });
      const anna = await addPerson(deps, { userName: 'anna.berg', department: 'Sales', email: 'anna@acme.com' });
      const [source, group] = [await addSource(deps, { name: 'JumpCloud' }), await addGroup(deps, 'Sales')];
      if (!source.ok || !group.ok) throw new Error('not added');
      await addPeopleToGroup(deps, group.value.id, [anna.id]);
      const client = await logInLocally(anteroom);
      const [scim, path] = [`/settings/profile-sources/scim/${source.value.source.id}`, `/settings/people/${anna.id}`];
      const pages = ['', '/deactivation', '/removal', '/password'].map((page) => `${path}${page}`);
      const groupPages = ['', '?q=ann', '/removal', '/members/new?q=ann'].map(
        (page) => `/settings/groups/${group.value.id}${page}`,
      );
      for (const address of [
        '/people?q=ann&department=Sales',
        `/people/${anna.id}`,
        '/profile',
        '/settings/people?q=ann&active=yes&type=Intranet+User&source=none',
        `/settings/people?source=${source.value.source.id}`,
        '/settings/people/import',
        '/settings/people/export?q=ann',
        ...pages,
        '/settings/groups?q=sa',
        ...groupPages,
        '/settings/profile-sources',
        '/settings/profile-sources/scim',
        scim,
        `${scim}/removal`,
        `${LOG}?q=added&event=idm_integration_activate&from=2026-03-02&until=2026-03-02&outcome=worked`,
        `${LOG}/export?format=csv`,
        `${LOG}/export?format=ndjson`,
      ])
        expect((await client.get(address)).status, address).to.equal(200);
      const saved = await client.post(path, { ...fieldsOfForm((await client.get(path)).text, path), title: 'Clerk' });
      expect((await client.follow(saved)).text).to.contain('Saved: job title.');
      const file = new Blob(['userName,manager\nanna.berg,ben.tal\nben.tal,\n']);
      const preview = (await client.upload('/settings/people/import', { file })).location ?? '';
      const done = await client.post(`${preview}/import`);
      expect((await client.follow(done)).text).to.contain('Imported: 1 added, 1 changed.');
      const bulk = { action: 'deactivate', all: 'on' };
      const deactivated = await client.post('/settings/people/bulk/confirmed', bulk);
      expect((await client.follow(deactivated)).text).to.contain('2 people were deactivated.');
      const removal = { typed: 'JumpCloud', people: 'deactivate' };
      expect((await client.post(`${scim}/removal`, removal)).status).to.equal(303);
      expect((await client.post(`${LOG}/retention`, { days: '30' })).status).to.equal(303);
    });
  });
});
