import { expect } from 'chai';
import { emptyPerson } from '../../src/people/attribute.ts';
import { personAttributes } from '../../src/people/attributes.ts';
import { withCells } from '../../src/people/csv.ts';
import { addPerson } from '../../src/people/users.ts';
import { findPasswordHash } from '../../src/store/users.ts';
import { aUser, insertUser } from '../support/rows.ts';
import { withStores } from '../support/stores.ts';
import { type Body, openScimServer, type Reply, type ScimServer } from './support/scimServer.ts';

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

/** Two requests, sent at once in both orders, and what must be true afterwards. */
type Race = { name: string; run(round: number): Promise<void> };

const RACE_ROUNDS = 4;

describe('the 40 pairs of requests at the same time', () => {
  withStores((open) => {
    let scim: ScimServer;
    let second: ScimServer;
    let order = 0;

    before(async () => {
      scim = await openScimServer(await open());
      second = await openScimServer(scim.deps.store);
    });

    /** Sends two requests at once, the second one first in every other round. Returns both statuses. */
    const both = async (one: () => Promise<Reply>, other: () => Promise<Reply>): Promise<[number, number]> => {
      order += 1;
      const isSwapped = order % 2 === 0;
      const [first, last] = await Promise.all(isSwapped ? [other(), one()] : [one(), other()]);
      const replies = isSwapped ? [last, first] : [first, last];
      for (const { status, text } of replies) expect(status, text).to.be.below(500);
      return [replies[0]?.status ?? 0, replies[1]?.status ?? 0];
    };
    const sorted = (statuses: number[]) => statuses.toSorted((a, b) => a - b);
    const post = (path: string, body: object) => () => scim.call('POST', path, body);
    const put =
      (path: string, body: object, headers = {}) =>
      () =>
        scim.call('PUT', path, body, headers);
    const remove = (path: string) => () => scim.call('DELETE', path);
    const change =
      (path: string, op: string, attribute?: string, value?: unknown, headers = {}) =>
      () =>
        scim.call(
          'PATCH',
          path,
          { schemas: [PATCH], Operations: [{ op, ...(attribute ? { path: attribute } : {}), value }] },
          headers,
        );
    const read = async (path: string): Promise<Body> => (await scim.call('GET', path)).body;
    const statusOf = async (path: string) => (await scim.call('GET', path)).status;
    const create = async (path: string, body: object): Promise<string> => {
      const { body: made } = await scim.call('POST', path, body);
      return `${path}/${made.id}`;
    };
    const idOf = (path: string) => path.split('/')[2] ?? '';
    const user = (userName: string, more: object = {}) => create('/Users', { userName, ...more });
    const group = (displayName: string, ...members: string[]) =>
      create('/Groups', { displayName, members: members.map((path) => ({ value: idOf(path) })) });
    const total = async (path: string, filter: string) =>
      (await read(`${path}?filter=${encodeURIComponent(filter)}`)).totalResults;
    const members = async (path: string) => ((await read(path)).members ?? []).map(({ value }) => value).sort();
    const memberOf = (path: string) => [{ value: idOf(path) }];
    const isOne = (value: unknown, ...values: unknown[]) => expect(value).to.be.oneOf(values);
    const emailsOf = async (path: string) => ((await read(path)).emails ?? []).map(({ value }) => value).sort();

    const races: Race[] = [
      {
        name: 'create and create with the same user name',
        async run(round) {
          const userName = `twin ${round}`;
          expect(sorted(await both(post('/Users', { userName }), post('/Users', { userName })))).to.deep.equal([
            201, 409,
          ]);
          expect(await total('/Users', `userName eq "${userName}"`)).to.equal(1);
        },
      },
      {
        name: 'create and create with a user name in two cases',
        async run(round) {
          const one = post('/Users', { userName: `CASE ${round}` });
          expect(sorted(await both(one, post('/Users', { userName: `case ${round}` })))).to.deep.equal([201, 409]);
          expect(await total('/Users', `userName eq "case ${round}"`)).to.equal(1);
        },
      },
      {
        name: "create with an e-mail address and create with it as another's user name",
        async run(round) {
          const address = `shared-${round}@acme.com`;
          const one = post('/Users', { userName: `owner ${round}`, emails: [{ value: address }] });
          expect(sorted(await both(one, post('/Users', { userName: address })))).to.deep.equal([201, 409]);
        },
      },
      {
        name: 'create and create of different people',
        async run(round) {
          const [one, other] = [{ userName: `one ${round}` }, { userName: `other ${round}` }];
          expect(await both(post('/Users', one), post('/Users', other))).to.deep.equal([201, 201]);
          expect(await total('/Users', `userName eq "one ${round}" or userName eq "other ${round}"`)).to.equal(2);
        },
      },
      {
        name: 'create with a user name and delete its owner',
        async run(round) {
          const userName = `heir ${round}`;
          const path = await user(userName);
          const [created, deleted] = await both(post('/Users', { userName }), remove(path));
          isOne(created, 201, 409);
          expect(deleted).to.equal(204);
          expect(await total('/Users', `userName eq "${userName}"`)).to.equal(created === 201 ? 1 : 0);
        },
      },
      {
        name: 'create with a user name and rename another person to it',
        async run(round) {
          const userName = `goal ${round}`;
          const path = await user(`runner ${round}`);
          const [created, renamed] = await both(
            post('/Users', { userName }),
            change(path, 'replace', 'userName', userName),
          );
          expect(sorted([created, renamed])).to.deep.equal(created === 201 ? [201, 409] : [200, 409]);
          expect(await total('/Users', `userName eq "${userName}"`)).to.equal(1);
        },
      },
      {
        name: 'PATCH and PATCH of different attributes',
        async run(round) {
          const path = await user(`both ${round}`);
          const title = change(path, 'replace', 'title', 'T');
          expect(await both(title, change(path, 'replace', 'nickName', 'N'))).to.deep.equal([200, 200]);
          expect(await read(path)).to.include({ title: 'T', nickName: 'N' });
        },
      },
      {
        name: 'PATCH and PATCH of the same attribute',
        async run(round) {
          const path = await user(`same ${round}`);
          const one = change(path, 'replace', 'title', 'A');
          expect(await both(one, change(path, 'replace', 'title', 'B'))).to.deep.equal([200, 200]);
          isOne((await read(path)).title, 'A', 'B');
        },
      },
      {
        name: 'PATCH and PATCH that add an e-mail address each',
        async run(round) {
          const path = await user(`mail ${round}`);
          const [a, b] = [`a${round}@acme.com`, `b${round}@acme.com`];
          const add = (value: string) => change(path, 'add', 'emails', [{ value, type: value[0] }]);
          expect(await both(add(a), add(b))).to.deep.equal([200, 200]);
          expect(await emailsOf(path)).to.deep.equal([a, b]);
        },
      },
      {
        name: 'PATCH that adds a value and PATCH that removes another',
        async run(round) {
          const [old, added] = [`old${round}@acme.com`, `new${round}@acme.com`];
          const path = await user(`swap ${round}`, { emails: [{ value: old, type: 'home' }] });
          const add = change(path, 'add', 'emails', [{ value: added, type: 'work' }]);
          expect(await both(add, change(path, 'remove', 'emails[type eq "home"]'))).to.deep.equal([200, 200]);
          expect(await emailsOf(path)).to.deep.equal([added]);
        },
      },
      {
        name: 'PATCH that adds a value and PATCH that removes the same',
        async run(round) {
          const value = `flip${round}@acme.com`;
          const path = await user(`flip ${round}`, { emails: [{ value, type: 'work' }] });
          const add = change(path, 'add', 'emails', [{ value, type: 'work' }]);
          expect(await both(add, change(path, 'remove', `emails[value eq "${value}"]`))).to.deep.equal([200, 200]);
          isOne((await emailsOf(path)).length, 0, 1);
        },
      },
      {
        name: 'PATCH and PATCH with If-Match',
        async run(round) {
          const path = await user(`match ${round}`);
          const match = { 'If-Match': (await read(path)).meta.version };
          const one = change(path, 'replace', 'title', 'A', match);
          const statuses = await both(one, change(path, 'replace', 'title', 'B', match));
          expect(sorted(statuses)).to.deep.equal([200, 412]);
          expect((await read(path)).title).to.equal(statuses[0] === 200 ? 'A' : 'B');
        },
      },
      {
        name: 'PUT and PUT with If-Match',
        async run(round) {
          const userName = `put match ${round}`;
          const path = await user(userName);
          const match = { 'If-Match': (await read(path)).meta.version };
          const one = put(path, { userName, title: 'A' }, match);
          const statuses = await both(one, put(path, { userName, title: 'B' }, match));
          expect(sorted(statuses)).to.deep.equal([200, 412]);
          expect((await read(path)).title).to.equal(statuses[0] === 200 ? 'A' : 'B');
        },
      },
      {
        name: 'PUT and PUT, of which one wins as a whole',
        async run(round) {
          const userName = `put ${round}`;
          const path = await user(userName);
          const one = put(path, { userName, title: 'A', nickName: 'A' });
          expect(await both(one, put(path, { userName, title: 'B', nickName: 'B' }))).to.deep.equal([200, 200]);
          const { title, nickName } = await read(path);
          expect(title).to.equal(nickName);
        },
      },
      {
        name: 'PUT and PATCH',
        async run(round) {
          const userName = `put patch ${round}`;
          const path = await user(userName, { title: 'old' });
          const whole = put(path, { userName, nickName: 'N' });
          expect(await both(whole, change(path, 'replace', 'title', 'T'))).to.deep.equal([200, 200]);
          const { title, nickName } = await read(path);
          expect(nickName).to.equal('N');
          isOne(title, 'T', undefined);
        },
      },
      {
        name: 'PUT and DELETE',
        async run(round) {
          const userName = `put delete ${round}`;
          const path = await user(userName);
          const [changed, deleted] = await both(put(path, { userName, title: 'T' }), remove(path));
          isOne(changed, 200, 404);
          expect([deleted, await statusOf(path)]).to.deep.equal([204, 404]);
        },
      },
      {
        name: 'PATCH and DELETE',
        async run(round) {
          const path = await user(`patch delete ${round}`);
          const [changed, deleted] = await both(change(path, 'replace', 'title', 'T'), remove(path));
          isOne(changed, 200, 404);
          expect([deleted, await statusOf(path)]).to.deep.equal([204, 404]);
        },
      },
      {
        name: 'DELETE and DELETE',
        async run(round) {
          const path = await user(`gone ${round}`);
          expect(sorted(await both(remove(path), remove(path)))).to.deep.equal([204, 404]);
        },
      },
      {
        name: 'GET and DELETE',
        async run(round) {
          const path = await user(`read ${round}`);
          const [got, deleted] = await both(() => scim.call('GET', path), remove(path));
          isOne(got, 200, 404);
          expect(deleted).to.equal(204);
        },
      },
      {
        name: 'a list and DELETE',
        async run(round) {
          const path = await user(`list ${round}`);
          const list = () => scim.call('GET', '/Users?filter=userName%20sw%20%22list%22&count=100');
          expect(await both(list, remove(path))).to.deep.equal([200, 204]);
        },
      },
      {
        name: 'a swap of user names',
        async run(round) {
          const [a, b] = [`left ${round}`, `right ${round}`];
          const [one, other] = [await user(a), await user(b)];
          const statuses = await both(change(one, 'replace', 'userName', b), change(other, 'replace', 'userName', a));
          expect(statuses).to.deep.equal([409, 409]);
          expect([(await read(one)).userName, (await read(other)).userName]).to.deep.equal([a, b]);
        },
      },
      {
        name: 'two people renamed to the same user name',
        async run(round) {
          const [one, other] = [await user(`first ${round}`), await user(`last ${round}`)];
          const rename = (path: string) => change(path, 'replace', 'userName', `prize ${round}`);
          expect(sorted(await both(rename(one), rename(other)))).to.deep.equal([200, 409]);
          expect(await total('/Users', `userName eq "prize ${round}"`)).to.equal(1);
        },
      },
      {
        name: 'a user name given up and taken',
        async run(round) {
          const userName = `seat ${round}`;
          const [holder, next] = [await user(userName), await user(`next ${round}`)];
          const leave = change(holder, 'replace', 'userName', `left seat ${round}`);
          const [left, taken] = await both(leave, change(next, 'replace', 'userName', userName));
          expect(left).to.equal(200);
          isOne(taken, 200, 409);
          expect(await total('/Users', `userName eq "${userName}"`)).to.equal(taken === 200 ? 1 : 0);
        },
      },
      {
        name: 'deactivate and reactivate',
        async run(round) {
          const path = await user(`toggle ${round}`);
          const off = change(path, 'replace', 'active', false);
          expect(await both(off, change(path, 'replace', 'active', true))).to.deep.equal([200, 200]);
          isOne((await read(path)).active, true, false);
        },
      },
      {
        name: 'deactivate and PATCH of another attribute',
        async run(round) {
          const path = await user(`leaver ${round}`);
          const off = change(path, 'replace', 'active', false);
          expect(await both(off, change(path, 'replace', 'title', 'T'))).to.deep.equal([200, 200]);
          expect(await read(path)).to.include({ active: false, title: 'T' });
        },
      },
      {
        name: 'a new password and PATCH of another attribute',
        async run(round) {
          const path = await user(`secret ${round}`);
          const password = change(path, 'replace', 'password', 'correct horse battery staple');
          expect(await both(password, change(path, 'replace', 'title', 'T'))).to.deep.equal([200, 200]);
          expect((await read(path)).title).to.equal('T');
          expect(await findPasswordHash(scim.deps.store.db, idOf(path))).to.match(/^\$argon2id\$/);
        },
      },
      {
        name: 'two sources that take over the same person',
        async run(round) {
          const byHand = aUser({ userName: `by hand ${round}` });
          await insertUser(scim.deps.store.db, byHand, null);
          const path = `/Users/${byHand.id}`;
          const body = (value: string) => ({ schemas: [PATCH], Operations: [{ op: 'add', path: 'title', value }] });
          const take = (source: ScimServer, title: string) => () => source.call('PATCH', path, body(title));
          const statuses = await both(take(scim, 'A'), take(second, 'B'));
          expect(statuses.filter((status) => status === 200).length, statuses.join()).to.equal(1);
          expect((await read(path)).title).to.equal(statuses[0] === 200 ? 'A' : 'B');
        },
      },
      {
        name: 'groups created with the same name',
        async run(round) {
          const displayName = `Twin ${round}`;
          const one = post('/Groups', { displayName });
          expect(sorted(await both(one, post('/Groups', { displayName })))).to.deep.equal([201, 409]);
          expect(await total('/Groups', `displayName eq "${displayName}"`)).to.equal(1);
        },
      },
      {
        name: 'groups renamed to the same name',
        async run(round) {
          const [one, other] = [await group(`G first ${round}`), await group(`G last ${round}`)];
          const rename = (path: string) => change(path, 'replace', 'displayName', `G prize ${round}`);
          expect(sorted(await both(rename(one), rename(other)))).to.deep.equal([200, 409]);
        },
      },
      {
        name: 'two members added',
        async run(round) {
          const [a, b, path] = [await user(`m a ${round}`), await user(`m b ${round}`), await group(`M ${round}`)];
          const add = (member: string) => change(path, 'add', 'members', memberOf(member));
          expect(await both(add(a), add(b))).to.deep.equal([200, 200]);
          expect(await members(path)).to.deep.equal([idOf(a), idOf(b)].sort());
        },
      },
      {
        name: 'the same member added twice',
        async run(round) {
          const [a, path] = [await user(`m twice ${round}`), await group(`M twice ${round}`)];
          const add = change(path, 'add', 'members', memberOf(a));
          expect(await both(add, add)).to.deep.equal([200, 200]);
          expect(await members(path)).to.deep.equal([idOf(a)]);
        },
      },
      {
        name: 'a member added and another removed',
        async run(round) {
          const [a, b] = [await user(`in ${round}`), await user(`out ${round}`)];
          const path = await group(`Door ${round}`, b);
          const add = change(path, 'add', 'members', memberOf(a));
          expect(await both(add, change(path, 'remove', `members[value eq "${idOf(b)}"]`))).to.deep.equal([200, 200]);
          expect(await members(path)).to.deep.equal([idOf(a)]);
        },
      },
      {
        name: 'all members replaced twice',
        async run(round) {
          const [a, b] = [await user(`set a ${round}`), await user(`set b ${round}`)];
          const path = await group(`Set ${round}`, a, b);
          const replace = (member: string) => change(path, 'replace', 'members', memberOf(member));
          expect(await both(replace(a), replace(b))).to.deep.equal([200, 200]);
          isOne((await members(path)).join(), idOf(a), idOf(b));
        },
      },
      {
        name: 'a member added and deleted',
        async run(round) {
          const [a, path] = [await user(`dying ${round}`), await group(`Dying ${round}`)];
          const [added, deleted] = await both(change(path, 'add', 'members', memberOf(a)), remove(a));
          expect([added, deleted]).to.deep.equal([200, 204]);
          expect(await members(path)).to.deep.equal([]);
        },
      },
      {
        name: 'a group deleted and a member added',
        async run(round) {
          const [a, path] = [await user(`late ${round}`), await group(`Late ${round}`)];
          const [deleted, added] = await both(remove(path), change(path, 'add', 'members', memberOf(a)));
          isOne(added, 200, 404);
          expect([deleted, await statusOf(path)]).to.deep.equal([204, 404]);
          expect((await read(a)).groups).to.equal(undefined);
        },
      },
      {
        name: 'a group and its member deleted',
        async run(round) {
          const a = await user(`pair ${round}`);
          const path = await group(`Pair ${round}`, a);
          expect(await both(remove(path), remove(a))).to.deep.equal([204, 204]);
        },
      },
      {
        name: 'a person renamed and added to a group',
        async run(round) {
          const [a, path] = [await user(`alias ${round}`), await group(`Alias ${round}`)];
          const rename = change(a, 'replace', 'displayName', `Shown ${round}`);
          expect(await both(rename, change(path, 'add', 'members', memberOf(a)))).to.deep.equal([200, 200]);
          expect((await read(path)).members.map(({ display }) => display)).to.deep.equal([`Shown ${round}`]);
        },
      },
      {
        name: 'two groups made members of each other',
        async run(round) {
          const [one, other] = [await group(`Egg ${round}`), await group(`Hen ${round}`)];
          const add = (path: string, member: string) => change(path, 'add', 'members', memberOf(member));
          expect(sorted(await both(add(one, other), add(other, one)))).to.deep.equal([200, 400]);
          expect([...(await members(one)), ...(await members(other))]).to.have.lengthOf(1);
        },
      },
      {
        name: 'a group made a member and deleted',
        async run(round) {
          const [outer, inner] = [await group(`Outer ${round}`), await group(`Inner ${round}`)];
          const [added, deleted] = await both(change(outer, 'add', 'members', memberOf(inner)), remove(inner));
          expect([added, deleted]).to.deep.equal([200, 204]);
          expect(await members(outer)).to.deep.equal([]);
        },
      },
      {
        name: 'bulk requests that change the same people in opposite order',
        async run(round) {
          const paths = [await user(`bulk a ${round}`), await user(`bulk b ${round}`)];
          const bulk = (order: string[], path: string, value: string) =>
            post('/Bulk', {
              Operations: order.map((target) => ({
                method: 'PATCH',
                path: target,
                data: { schemas: [PATCH], Operations: [{ op: 'replace', path, value }] },
              })),
            });
          const one = bulk(paths, 'title', 'T');
          expect(await both(one, bulk(paths.toReversed(), 'nickName', 'N'))).to.deep.equal([200, 200]);
          for (const path of paths) expect(await read(path)).to.include({ title: 'T', nickName: 'N' });
        },
      },
    ];

    it('are forty', () => expect(races).to.have.lengthOf(40));

    for (const { name, run } of races)
      it(name, async () => {
        for (let round = 0; round < RACE_ROUNDS; round += 1) await run(round);
      });

    after(() => expect(scim.deps.logged).to.deep.equal([]));
  });
});
