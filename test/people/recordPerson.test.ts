import { expect } from 'chai';
import { createJob } from '../../src/jobs/jobs.ts';
import { runJob } from '../../src/jobs/worker.ts';
import {
  addGroup,
  addGroupToGroup,
  addPeopleToGroup,
  removeGroup,
  removeGroupFromGroup,
  removePeopleFromGroup,
  renameGroup,
} from '../../src/people/groups.ts';
import { removeUser, setActive, writePerson } from '../../src/people/users.ts';
import { sourceRemoval } from '../../src/sources/removal.ts';
import { findUser, type User } from '../../src/store/users.ts';
import { eventTypes } from '../../src/webhooks/events.ts';
import { openScimServer } from '../scim/support/scimServer.ts';
import { addPerson } from '../support/anteroom.ts';
import { addAttributes } from '../support/customAttributes.ts';
import { aUser, insertUser } from '../support/rows.ts';
import { withStores } from '../support/stores.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';
import { recordEvents } from '../webhooks/support/receiver.ts';

const all = eventTypes.map(([type]) => type).filter((type) => type !== 'audit.recorded');

describe('people/recordPerson, recordGroup', () => {
  withStores((open) => {
    let deps: TestDeps;

    beforeEach(async () => {
      deps = await testDeps({ store: await open() });
    });

    it('reports the life of a person, with names of attributes and no values', async () => {
      await addAttributes(deps, { name: 'clearance', visibleTo: 'powerUsers' });
      const events = await recordEvents(deps, all);
      const person = await addPerson(deps, { title: 'Clerk' });
      const [custom] = deps.attributes.list.filter(({ name }) => name === 'clearance');
      const profile = { ...person.profile, custom: { [custom?.custom?.id ?? '']: 'top secret' } };
      await change(person, { title: 'Head', profile, active: false });
      await setActive(deps, person.id, true);
      await change(await current(person), {}, 'a hash');
      await change(await current(person), {}); // changes nothing
      await removeUser(deps, person.id);
      const about = (version: number, active = true) => ({ id: person.id, userName: 'maya.koch', active, version });
      expect(await events()).to.deep.equal([
        { type: 'person.created', data: about(1) },
        { type: 'person.deactivated', data: about(2, false) },
        { type: 'person.updated', data: { ...about(2, false), changed: ['title', 'clearance'] } },
        { type: 'person.activated', data: about(3) },
        { type: 'person.updated', data: { ...about(4), changed: ['password'] } },
        { type: 'person.deleted', data: about(5) },
      ]);
      const { body } = await deps.store.db.selectFrom('webhookDeliveries').select('body').executeTakeFirstOrThrow();
      expect(JSON.parse(body).timestamp).to.equal(new Date(deps.now()).toISOString());
    });

    it('reports the life of a group, and who joined and left', async () => {
      const events = await recordEvents(deps, all.slice(5));
      const people = await Promise.all(['one', 'two'].map((userName) => addPerson(deps, { userName })));
      const ids = people.map(({ id }) => id).sort();
      const [sales, staff] = [await added('Sales'), await added('Staff')];
      await addPeopleToGroup(deps, sales.id, ids);
      await addPeopleToGroup(deps, sales.id, ids); // who are members already
      await removePeopleFromGroup(deps, sales.id, ids.slice(0, 1));
      await addGroupToGroup(deps, staff.id, 'Sales');
      await removeGroupFromGroup(deps, staff.id, sales.id);
      await renameGroup(deps, sales.id, 3, 'Sales team');
      await renameGroup(deps, sales.id, 4, 'Sales team');
      await removeGroup(deps, sales.id);
      const aboutSales = (version: number, displayName = 'Sales') => ({ id: sales.id, displayName, version });
      const aboutStaff = (version: number) => ({ id: staff.id, displayName: 'Staff', version });
      const members = (data: object, added: string[], removed: string[]) => ({
        type: 'group.members_changed',
        data: { ...data, added, removed, complete: true },
      });
      const found = await events();
      for (const { data } of found) if (Array.isArray(data.added)) data.added.sort();
      expect(found).to.deep.equal([
        { type: 'group.created', data: aboutSales(1) },
        { type: 'group.created', data: aboutStaff(1) },
        members(aboutSales(2), ids, []),
        members(aboutSales(3), [], ids.slice(0, 1)),
        members(aboutStaff(2), [sales.id], []),
        members(aboutStaff(3), [], [sales.id]),
        { type: 'group.updated', data: { ...aboutSales(4, 'Sales team'), changed: ['displayName'] } },
        { type: 'group.deleted', data: aboutSales(5, 'Sales team') },
      ]);
    });

    it('names at most 200 members of a change', async () => {
      const events = await recordEvents(deps, ['group.members_changed']);
      const sales = await added('Sales');
      const people = Array.from({ length: 201 }, () => aUser());
      const ids = people.map(({ id }) => id);
      await deps.store.db.transaction().execute(async (trx) => {
        for (const person of people) await insertUser(trx, person, null);
      });
      await addPeopleToGroup(deps, sales.id, ids);
      const [event] = await events();
      expect([(event?.data.added as string[] | undefined)?.length, event?.data.complete]).to.deep.equal([200, false]);
    });

    it('reports what SCIM changes, and nothing for a request that changes nothing or is refused', async () => {
      const server = await openScimServer(deps.store);
      const events = await recordEvents(server.deps, all);
      const person = await server.call('POST', '/Users', { userName: 'anna.berg' });
      await server.call('POST', '/Users', { userName: 'ANNA.berg' }); // is taken
      const { id } = person.body;
      const patch = (value: object) => ({ Operations: [{ op: 'replace', value }] });
      await server.call('PATCH', `/Users/${id}`, patch({ active: false, title: 'Head' }));
      await server.call('PATCH', `/Users/${id}`, patch({ active: false }));
      const group = await server.call('POST', '/Groups', { displayName: 'Sales', members: [{ value: id }] });
      await server.call('PATCH', `/Groups/${group.body.id}`, patch({ displayName: 'Team', members: [] }));
      await server.call('DELETE', `/Groups/${group.body.id}`);
      await server.call('DELETE', `/Users/${id}`);
      expect(
        (await events()).map(({ type, data: { changed, added, removed } }) => [type, changed ?? added, removed]),
      ).to.deep.equal([
        ['person.created', undefined, undefined],
        ['person.deactivated', undefined, undefined],
        ['person.updated', ['title'], undefined],
        ['group.created', undefined, undefined],
        ['group.members_changed', [id], []],
        ['group.updated', ['displayName'], undefined],
        ['group.members_changed', [], [id]],
        ['group.deleted', undefined, undefined],
        ['person.deleted', undefined, undefined],
      ]);
    });

    it('reports people who are deactivated with their source', async () => {
      const server = await openScimServer(deps.store);
      const events = await recordEvents(server.deps, ['person.deactivated']);
      const active = await server.call('POST', '/Users', { userName: 'active' });
      await server.call('POST', '/Users', { userName: 'inactive', active: false });
      const removal = await sourceRemoval(server.deps, server.sourceId, 'deactivate');
      await runJob(server.deps, (await createJob(server.deps, removal, 'Maya')).id);
      expect((await events()).map(({ data }) => data)).to.deep.equal([
        { id: active.body.id, userName: 'active', active: false, version: 2 },
      ]);
      expect(await findUser(deps.store.db, active.body.id)).to.include({ active: false, version: 2 });
    });

    it('writes an event only with its change: a transaction that fails leaves none', async () => {
      const events = await recordEvents(deps, all);
      const person = await addPerson(deps, {});
      const failing = deps.store.db.transaction().execute(async (trx) => {
        await writePerson(trx, deps, person, { title: 'Head' });
        throw new Error('too late');
      });
      expect(await failing.catch(String)).to.equal('Error: too late');
      expect((await events()).map(({ type }) => type)).to.deep.equal(['person.created']);
    });

    async function added(name: string) {
      const group = await addGroup(deps, name);
      if (!group.ok) throw new Error(JSON.stringify(group.errors));
      return group.value;
    }

    function change(before: User, changes: Partial<User>, passwordHash?: string) {
      return deps.store.db.transaction().execute((trx) => writePerson(trx, deps, before, changes, { passwordHash }));
    }

    async function current({ id }: User): Promise<User> {
      const user = await findUser(deps.store.db, id);
      if (!user) throw new Error('The person is gone');
      return user;
    }
  });
});
