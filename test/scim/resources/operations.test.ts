import { expect } from 'chai';
import { withStores } from '../../support/stores.ts';
import { patch } from '../support/patch.ts';
import { readLog } from '../support/readLog.ts';
import { type Body, openScimServer, type ScimServer } from '../support/scimServer.ts';

const UNKNOWN = '00000000-0000-7000-8000-000000000000';

describe('scim/operations', () => {
  withStores((open) => {
    let scim: ScimServer;

    beforeEach(async () => {
      scim = await openScimServer(await open());
    });

    for (const [endpoint, name] of [
      ['/Users', 'userName'],
      ['/Groups', 'displayName'],
    ] as const)
      describe(endpoint, () => {
        const create = async (value: string, server = scim): Promise<Body> =>
          (await server.call('POST', endpoint, { [name]: value })).body;
        const rename = (value: string) => patch({ op: 'replace', path: name, value });
        const writes = (value: string): [string, unknown][] => [
          ['PUT', { [name]: value }],
          ['PATCH', rename(value)],
          ['DELETE', undefined],
        ];
        const total = async () => (await scim.call('GET', `${endpoint}?count=0`)).body.totalResults;

        it('creates, gets, replaces, patches and deletes a resource', async () => {
          const created = await scim.call('POST', endpoint, { [name]: 'One', externalId: 'x' });
          const { id, meta } = created.body;
          const location = `${scim.baseUrl}${endpoint}/${id}`;
          expect(created.status).to.equal(201);
          expect(created.body).to.include({ [name]: 'One', externalId: 'x' });
          expect(meta).to.include({ location, version: 'W/"1"', resourceType: endpoint.slice(1, -1) });
          expect(created.headers.get('location')).to.equal(location);
          expect(created.headers.get('etag')).to.equal(meta.version);
          expect((await scim.call('GET', `${endpoint}/${id}`)).body).to.deep.equal(created.body);

          scim.deps.clock.advance(1_000);
          const patched = await scim.call('PATCH', `${endpoint}/${id}`, rename('Two'));
          expect(patched.status).to.equal(200);
          expect(patched.headers.get('content-location')).to.equal(location);
          expect(patched.body).to.include({ [name]: 'Two', externalId: 'x' });
          expect(patched.body.meta).to.include({ version: 'W/"2"', created: meta.created });
          expect(patched.body.meta.lastModified > meta.lastModified).to.equal(true);

          const replaced = await scim.call('PUT', `${endpoint}/${id}`, { [name]: 'Three', id: 'other' });
          expect(replaced.body)
            .to.include({ [name]: 'Three', id })
            .and.to.not.have.property('externalId');
          expect((await scim.call('DELETE', `${endpoint}/${id}`)).status).to.equal(204);
          for (const [method, body] of [['GET', undefined] as [string, unknown], ...writes('Four')])
            expect((await scim.call(method, `${endpoint}/${id}`, body)).status, method).to.equal(404);
        });

        it('refuses unknown ids with 404', async () => {
          for (const id of [UNKNOWN, 'x', '%00'])
            for (const [method, body] of [['GET', undefined] as [string, unknown], ...writes('x')])
              expect((await scim.call(method, `${endpoint}/${id}`, body)).status, `${method} ${id}`).to.equal(404);
        });

        it('refuses a taken name with 409 uniqueness, in any case', async () => {
          await create('Anna');
          const { id } = await create('Bert');
          for (const [method, path, body] of [
            ['POST', endpoint, { [name]: 'ANNA' }],
            ['PUT', `${endpoint}/${id}`, { [name]: 'anna' }],
            ['PATCH', `${endpoint}/${id}`, rename('aNNa')],
          ] as const) {
            const refused = await scim.call(method, path, body);
            expect(refused.status, method).to.equal(409);
            expect(refused.body).to.include({ scimType: 'uniqueness', detail: `This ${name} is already taken.` });
          }
          expect(await total()).to.equal(2);
          expect((await scim.call('GET', `${endpoint}/${id}`)).body[name]).to.equal('Bert');
          expect((await scim.call('PATCH', `${endpoint}/${id}`, rename('BERT'))).status, 'its own name').to.equal(200);
        });

        it('counts what is created and deleted in totalResults', async () => {
          const ids = [];
          for (const value of ['a', 'b', 'c']) ids.push((await create(value)).id);
          expect(await total()).to.equal(3);
          await scim.call('DELETE', `${endpoint}/${ids[1]}`);
          expect(await total()).to.equal(2);
          expect((await scim.call('GET', `${endpoint}?count=1`)).body.totalResults).to.equal(2);
          for (const id of [ids[0], ids[1], ids[2]]) await scim.call('DELETE', `${endpoint}/${id}`);
          expect(await total()).to.equal(0);
        });

        it('checks If-Match in the transaction that writes', async () => {
          const { id, meta } = await create('One');
          const path = `${endpoint}/${id}`;
          const send = (method: string, body: unknown, version: string) =>
            scim.call(method, path, body, { 'If-Match': version });
          for (const [method, body] of writes('Two'))
            for (const version of ['W/"7"', '"7"', '7', 'W/"7", W/"8"', '""'])
              expect((await send(method, body, version)).status, `${method} ${version}`).to.equal(412);
          expect((await scim.call('GET', path)).body.meta).to.deep.equal(meta);
          let current = 1;
          for (const version of [
            (n: number) => `W/"${n}"`,
            (n: number) => `"${n}"`,
            String,
            () => '*',
            (n: number) => `"7", W/"${n}"`,
          ]) {
            expect((await send('PATCH', rename(`name ${current}`), version(current))).status).to.equal(200);
            current += 1;
          }
          expect((await send('DELETE', undefined, `W/"${current}"`)).status).to.equal(204);
        });

        it('returns 304 if If-None-Match has the current version', async () => {
          const { id, meta } = await create('One');
          const get = (version: string) =>
            scim.call('GET', `${endpoint}/${id}`, undefined, { 'If-None-Match': version });
          for (const version of [meta.version, '"1"', '*', `W/"7", ${meta.version}`]) {
            const unchanged = await get(version);
            expect([unchanged.status, unchanged.text], version).to.deep.equal([304, '']);
            expect(unchanged.headers.get('etag')).to.equal(meta.version);
          }
          await scim.call('PATCH', `${endpoint}/${id}`, rename('Two'));
          expect((await get(meta.version)).status).to.equal(200);
        });

        it('keeps the version if nothing changes', async () => {
          const { id, meta } = await create('One');
          scim.deps.clock.advance(1_000);
          for (const [method, body] of writes('One').slice(0, 2))
            expect((await scim.call(method, `${endpoint}/${id}`, body)).body.meta, method).to.deep.equal(meta);
        });

        it('loses none of many changes at once', async () => {
          const { id } = await create('One');
          const values = Array.from({ length: 8 }, (_, index) => `Name ${index}`);
          const responses = await Promise.all(
            values.map((value) => scim.call('PATCH', `${endpoint}/${id}`, rename(value))),
          );
          expect(responses.map(({ status }) => status)).to.deep.equal(values.map(() => 200));
          expect((await scim.call('GET', `${endpoint}/${id}`)).body.meta.version).to.equal('W/"9"');
        });

        it('refuses changes of what another source manages, but not reading it', async () => {
          const other = await openScimServer(scim.deps.store);
          const { id } = await create('One');
          for (const [method, body] of writes('Two'))
            expect((await other.call(method, `${endpoint}/${id}`, body)).status, method).to.equal(403);
          expect((await other.call('GET', `${endpoint}/${id}`)).body[name]).to.equal('One');
        });

        it('lets a source adopt what nobody manages', async () => {
          const other = await openScimServer(scim.deps.store);
          const { id } = await create('One');
          const table = endpoint === '/Users' ? 'users' : 'groups';
          await scim.deps.store.db.updateTable(table).set({ sourceId: null }).execute();
          expect((await other.call('PATCH', `${endpoint}/${id}`, rename('One'))).body.meta.version).to.equal('W/"2"');
          expect((await scim.call('DELETE', `${endpoint}/${id}`)).status).to.equal(403);
          expect((await other.call('DELETE', `${endpoint}/${id}`)).status).to.equal(204);
        });

        it('lets a read-only source read and nothing else', async () => {
          const { id } = await create('One');
          const reader = await openScimServer(scim.deps.store, { readOnly: true });
          await scim.deps.store.db.updateTable('users').set({ sourceId: reader.sourceId }).execute();
          await scim.deps.store.db.updateTable('groups').set({ sourceId: reader.sourceId }).execute();
          expect((await reader.call('GET', `${endpoint}/${id}`)).status).to.equal(200);
          expect((await reader.call('POST', endpoint, { [name]: 'x' })).status).to.equal(403);
          for (const [method, body] of writes('x'))
            expect((await reader.call(method, `${endpoint}/${id}`, body)).status, method).to.equal(403);
        });

        it('returns 204 after a PATCH if the source is set to', async () => {
          const quiet = await openScimServer(scim.deps.store, { patchResponse: 'none' });
          const { id } = await create('One', quiet);
          const send = (query: string, value: string) =>
            quiet.call('PATCH', `${endpoint}/${id}${query}`, rename(value));
          const silent = await send('', 'Two');
          expect([silent.status, silent.text, silent.headers.get('etag')]).to.deep.equal([204, '', 'W/"2"']);
          expect((await send('?excludedAttributes=meta', 'Three')).status).to.equal(204);
          const requested = await send(`?attributes=${name}`, 'Four');
          expect([requested.status, requested.body[name]]).to.deep.equal([200, 'Four']);
          expect(requested.body).to.have.all.keys('schemas', 'id', name);
        });

        it('changes nothing if any operation of a PATCH is refused', async () => {
          const { id } = await create('One');
          const before = (await scim.call('GET', `${endpoint}/${id}`)).text;
          const operations = [
            { op: 'replace', path: name, value: 'Two' },
            { op: 'remove', path: name },
          ];
          const refused = await scim.call('PATCH', `${endpoint}/${id}`, patch(...operations));
          expect(refused.body).to.include({ status: '400', scimType: 'mutability' });
          expect((await scim.call('GET', `${endpoint}/${id}`)).text).to.equal(before);
        });

        it('logs what its transaction did when it ran for the last time', async () => {
          const { id } = await create('One');
          await scim.deps.background.finished(); // the log of the request has a transaction of its own
          const { db } = scim.deps.store;
          const begin = db.transaction.bind(db);
          db.transaction = () => {
            db.transaction = begin;
            const builder = begin();
            const execute = builder.execute.bind(builder);
            builder.execute = async (work) => {
              const conflict = new Error('a conflict');
              const first = execute(async (trx) => {
                await work(trx);
                throw conflict;
              });
              await first.catch((error) => expect(error).to.equal(conflict));
              await scim.call('PATCH', `${endpoint}/${id}`, rename('Two')); // leaves nothing to change
              return begin().execute(work);
            };
            return builder;
          };
          expect((await scim.call('PATCH', `${endpoint}/${id}`, rename('Two'))).body.meta.version).to.equal('W/"2"');
          const rows = await readLog(scim, { resourceId: id }, 3);
          const updates = rows.filter(({ status }) => status === 200);
          expect(updates.map(({ changes }) => changes.map(({ after }) => after))).to.have.deep.members([[], ['Two']]);
        });

        it('logs a change with the resource, and a refusal as far as the resource is known', async () => {
          const { id } = await create('One');
          await scim.call('PATCH', `${endpoint}/${id}`, rename('Two'), { 'If-Match': 'W/"7"' });
          await scim.call('DELETE', `${endpoint}/${id}`);
          const rows = await readLog(scim, { resourceId: id }, 3);
          const seen = rows.map(({ status, resourceName }) => `${status} ${resourceName}`);
          expect(seen.sort()).to.deep.equal(['201 One', '204 One', '412 One']);
        });
      });
  });
});
