import { expect } from 'chai';
import { emptyPerson } from '../../src/people/attribute.ts';
import { personAttributes } from '../../src/people/attributes.ts';
import { withCells } from '../../src/people/csv.ts';
import { addPerson } from '../../src/people/users.ts';
import { withStores } from '../support/stores.ts';
import { openScimServer, type ScimServer } from './support/scimServer.ts';

const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const ROUNDS = 20;

describe('requests of a profile source at the same time', () => {
  withStores((open) => {
    let scim: ScimServer;

    beforeEach(async () => {
      scim = await openScimServer(await open());
    });

    const add = async (userName: string) => (await scim.call('POST', '/Users', { userName })).body.id;
    const patch = (path: string, ...Operations: object[]) => scim.call('PATCH', path, { schemas: [PATCH], Operations });
    const times = (count: number) => Array.from({ length: count }, (_, index) => index);

    it('refuse a member who is being deleted, as if the deletion had come first', async () => {
      const group = (await scim.call('POST', '/Groups', { displayName: 'Race' })).body.id;
      const ids = await Promise.all(times(ROUNDS).map((index) => add(`person-${index}`)));
      const replies = await Promise.all(
        ids.flatMap((id, index) => [
          patch(`/Groups/${group}`, { op: 'add', path: 'members', value: [{ value: id }] }),
          patch(`/Groups/${group}`, { op: 'replace', path: 'displayName', value: `Race ${index}` }),
          scim.call('DELETE', `/Users/${id}`),
        ]),
      );
      expect(replies.map(({ status }) => status).filter((status) => ![200, 204, 400].includes(status))).to.deep.equal(
        [],
      );
      expect((await scim.call('GET', `/Groups/${group}`)).body.members ?? []).to.deep.equal([]);
    });

    it('refuse to swap two user names, both with 409', async () => {
      const [one, other] = [await add('one@acme.com'), await add('other@acme.com')];
      const rename = (id: string, value: string) => patch(`/Users/${id}`, { op: 'replace', path: 'userName', value });
      const replies = await Promise.all([rename(one, 'other@acme.com'), rename(other, 'one@acme.com')]);
      expect(replies.map(({ status, body }) => [status, body.scimType])).to.deep.equal([
        [409, 'uniqueness'],
        [409, 'uniqueness'],
      ]);
    });

    it('are all in the log, even if the text of one cannot be stored', async () => {
      const id = await add('logged@acme.com');
      await Promise.all([
        ...times(15).map(() => scim.call('GET', '/Users?count=1&x=logged')),
        patch(`/Users/${id}`, { op: 'add', path: 'a\0b', value: 'x' }),
        patch(`/Users/${id}`, { op: 'add', path: 'a\ud800b', value: 'x' }),
        ...times(15).map(() => scim.call('GET', '/Users?count=1&x=logged')),
      ]);
      await scim.deps.background.finished();
      const logged = await scim.deps.store.db.selectFrom('scimLog').select(['method', 'path', 'status']).execute();
      expect(logged.filter(({ path }) => path.includes('x=logged')).length).to.equal(30);
      expect(logged.filter(({ status }) => status === 400).map(({ method }) => method)).to.deep.equal([
        'PATCH',
        'PATCH',
      ]);
      expect(scim.deps.logged).to.deep.equal([]);
    });

    it('and two Power Users who add the same person get an error beside the field', async () => {
      const input = withCells(emptyPerson, { userName: 'twice' }, personAttributes);
      const added = await Promise.all(times(4).map(() => addPerson(scim.deps, input)));
      const failed = added.flatMap((result) => (result.ok ? [] : [Object.keys(result.errors)]));
      expect(failed).to.deep.equal([['userName'], ['userName'], ['userName']]);
    });
  });
});
