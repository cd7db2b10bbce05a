import { expect } from 'chai';
import { personAttributes } from '../../src/people/attributes.ts';
import { addGroup, getGroup } from '../../src/people/groups.ts';
import { searchKeysOf } from '../../src/people/users.ts';
import { findGroupByName, type Group } from '../../src/store/groups.ts';
import type { User } from '../../src/store/users.ts';
import { insertUsers } from '../../src/store/writeUsers.ts';
import { untilDone } from '../admin/support/untilDone.ts';
import { addClient } from '../scim/support/scimServer.ts';
import { type Anteroom, addPerson } from '../support/anteroom.ts';
import { type Client, startAsPowerUser } from '../support/client.ts';
import { aUser } from '../support/rows.ts';
import { withStores } from '../support/stores.ts';
import { type Entry, watchAudit } from './support/entries.ts';

const GROUPS = '/settings/groups';
const maya = 'person maya.koch 127.0.0.1';
const source = 'source Cloud Directory 127.0.0.1';

describe('audit of groups', () => {
  withStores((open) => {
    let anteroom: Anteroom;
    let client: Client;
    let anna: User;
    let audit: () => Promise<Entry[]>;

    beforeEach(async () => {
      ({ anteroom, client } = await startAsPowerUser({}, { store: await open() }));
      anna = await addPerson(anteroom.deps, { userName: 'anna.berg' });
      audit = await watchAudit(anteroom.deps);
    });

    it('records the life of a group on the screens, and who was a member at its end', async () => {
      const [sales, staff] = [await added('Sales'), await added('Staff')];
      const path = `${GROUPS}/${sales.id}`;
      await client.post(path, { version: '1', displayName: 'Sales team' });
      await client.post(path, { version: '2', displayName: 'Sales team' });
      await client.post('/settings/people/bulk/confirmed', { action: 'group', group: 'Sales team', person: [anna.id] });
      await client.post(`${GROUPS}/${staff.id}/groups`, { group: 'Sales team' });
      await client.post(`${path}/removal`, { typed: 'Sales team' });
      const what = 'group Sales team';
      expect((await audit()).filter((entry) => entry.what.startsWith('group '))).to.deep.equal([
        { action: 'group.created', who: maya, what: 'group Sales', changes: [{ name: 'displayName', after: 'Sales' }] },
        { action: 'group.created', who: maya, what: 'group Staff', changes: [{ name: 'displayName', after: 'Staff' }] },
        {
          action: 'group.updated',
          who: maya,
          what,
          changes: [{ name: 'displayName', before: 'Sales', after: 'Sales team' }],
        },
        members(what, { added: [anna.id] }),
        members('group Staff', { added: [sales.id] }),
        members(what, { removed: [anna.id] }),
        {
          action: 'group.deleted',
          who: maya,
          what,
          changes: [
            { name: 'displayName', before: 'Sales team' },
            { name: 'groups', removed: [staff.id] },
          ],
        },
      ]);
    });

    it('records what a profile source does with groups, that it takes them over, and their release', async () => {
      const { call } = await addClient(anteroom);
      await addGroup(anteroom.deps, 'Staff');
      const staff = await findGroupByName(anteroom.deps.store.db, 'Staff');
      await audit();
      const { id } = (await call('POST', '/Groups', { displayName: 'Sales', members: [{ value: anna.id }] })).body;
      const patch = (group: string, value: object) =>
        call('PATCH', `/Groups/${group}`, { Operations: [{ op: 'replace', value }] });
      await patch(id, { externalId: 'x1', members: [] });
      await patch(id, { externalId: 'x1' });
      await patch(staff?.id ?? '', { displayName: 'All staff' });
      const { sourceId } = await getGroup(anteroom.deps, id);
      await call('DELETE', `/Groups/${staff?.id}`);
      const removal = { typed: 'Cloud Directory', people: 'keep' };
      await untilDone(client, await client.post(`/settings/profile-sources/scim/${sourceId}/removal`, removal));
      const what = 'group Sales';
      expect((await audit()).filter((entry) => entry.what.startsWith('group '))).to.deep.equal([
        {
          action: 'group.created',
          who: source,
          what,
          changes: [
            { name: 'displayName', after: 'Sales' },
            { name: 'sourceId', after: sourceId },
          ],
        },
        members(what, { added: [anna.id] }, source),
        { action: 'group.updated', who: source, what, changes: [{ name: 'externalId', after: 'x1' }] },
        members(what, { removed: [anna.id] }, source),
        {
          action: 'group.updated',
          who: source,
          what: 'group All staff',
          changes: [
            { name: 'displayName', before: 'Staff', after: 'All staff' },
            { name: 'sourceId', after: sourceId },
          ],
        },
        {
          action: 'group.deleted',
          who: source,
          what: 'group All staff',
          changes: [
            { name: 'displayName', before: 'All staff' },
            { name: 'sourceId', before: sourceId },
          ],
        },
        { action: 'group.updated', who: maya, what, changes: [{ name: 'sourceId', before: sourceId }] },
      ]);
    });

    it('names all members of a large group, in entries of at most 1,000, and the groups of a person who is deleted', async () => {
      const people = Array.from({ length: 1_010 }, () => aUser());
      const rows = people.map((user) => ({ user, keys: searchKeysOf(user, personAttributes), passwordHash: null }));
      await anteroom.deps.store.db.transaction().execute((trx) => insertUsers(trx, rows));
      const { call } = await addClient(anteroom);
      await audit();
      const members = people.map(({ id }) => ({ value: id }));
      const { id } = (await call('POST', '/Groups', { displayName: 'Sales', members })).body;
      await call('DELETE', `/Users/${people[0]?.id}`);
      await client.post(`/settings/people/${people[0]?.id}/removal`, { typed: people[0]?.userName ?? '' });
      await call('DELETE', `/Groups/${id}`);
      const entries = await audit();
      const changed = entries
        .filter(({ action }) => action === 'group.members_changed')
        .flatMap(({ changes }) => changes);
      expect(changed.map(({ added, removed }) => [added?.length, removed?.length])).to.deep.equal([
        [1_000, undefined],
        [10, undefined],
        [undefined, 1_000],
        [undefined, 9],
      ]);
      const ids = people.map((person) => person.id);
      expect(changed.flatMap(({ added = [] }) => added)).to.have.members(ids);
      expect(changed.flatMap(({ removed = [] }) => removed)).to.have.members(ids.slice(1));
      const deleted = entries.find(({ action }) => action === 'person.deleted');
      expect(deleted?.changes.at(-1)).to.deep.equal({ name: 'groups', removed: [id] });
    });

    async function added(displayName: string): Promise<Group> {
      await client.post(`${GROUPS}/new`, { displayName });
      const group = await findGroupByName(anteroom.deps.store.db, displayName);
      if (!group) throw new Error('The group was not added');
      return group;
    }
  });
});

function members(what: string, changed: { added?: string[]; removed?: string[] }, who = maya): Entry {
  return { action: 'group.members_changed', who, what, changes: [{ name: 'members', ...changed }] };
}
