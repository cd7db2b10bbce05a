import { expect } from 'chai';
import { setSourceActive } from '../../src/sources/profileSources.ts';
import { readCount } from '../../src/store/directoryCounts.ts';
import { listCalls } from '../../src/store/profileSources.ts';
import { listScimLog, type ScimLogEntry, type ScimLogFilter } from '../../src/store/scimLog.ts';
import { patch } from './support/patch.ts';
import { type Body, openScimServer, type ScimServer } from './support/scimServer.ts';

const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error';

describe('scim/routes', () => {
  let scim: ScimServer;

  beforeEach(async () => {
    scim = await openScimServer();
  });

  it('asks for a token, and says no more than that', async () => {
    for (const authorization of [
      '',
      'Bearer',
      'Bearer wrong',
      `Basic ${scim.token}`,
      `Bearer ${scim.token}x`,
      `bearer  ${'x'.repeat(9_000)}`,
    ]) {
      const reply = await scim.call('GET', '/Users', undefined, { Authorization: authorization });
      expect(reply.status, authorization).to.equal(401);
      expect(reply.headers.get('www-authenticate')).to.match(/^Bearer realm="scim"/);
      expect(reply.body).to.deep.include({ schemas: [ERROR], status: '401' });
    }
    await setSourceActive(scim.deps, scim.sourceId, false);
    expect((await scim.call('GET', '/Users')).status).to.equal(401);
    await setSourceActive(scim.deps, scim.sourceId, true);
    expect((await scim.call('GET', '/Users', undefined, { Authorization: `bearer ${scim.token}` })).status).to.equal(
      200,
    );
    const rows = await readLog(scim, { outcome: 'refused' }, 7);
    expect(rows.map(({ detail }) => detail)).to.include.members(['no_token', 'wrong_token', 'inactive_source']);
    expect(JSON.stringify(rows)).to.not.contain(scim.token);
    expect(JSON.stringify(scim.deps.logged)).to.not.contain(scim.token);
  });

  it('slows down who guesses, and nobody who has a token', async () => {
    const guess = () => scim.call('GET', '/Users', undefined, { Authorization: 'Bearer guess' });
    const replies = [];
    for (let tries = 0; tries < 52; tries += 1) replies.push(await guess());
    expect(replies.map(({ status }) => status)).to.deep.equal([...Array(50).fill(401), 429, 429]);
    expect(replies.at(-1)?.headers.get('retry-after')).to.equal('900');
    expect((await scim.call('GET', '/Users')).status).to.equal(200);
    scim.deps.clock.advance(16 * 60_000);
    expect((await guess()).status).to.equal(401);
  });

  it('keeps to the networks of the source and to reading', async () => {
    const elsewhere = await openScimServer(scim.deps.store, { networks: ['192.0.2.0/24'] });
    expect((await elsewhere.call('GET', '/Users')).status).to.equal(401);
    const here = await openScimServer(scim.deps.store, { networks: ['127.0.0.0/8', '::1'], readOnly: true });
    expect((await here.call('GET', '/Users')).status).to.equal(200);
    for (const [method, path] of [
      ['POST', '/Users'],
      ['PUT', '/Users/x'],
      ['PATCH', '/Groups/x'],
      ['DELETE', '/Groups/x'],
    ] as const)
      expect((await here.call(method, path, method === 'DELETE' ? undefined : { userName: 'x' })).status).to.equal(403);
  });

  it('answers 405 before it reads a body, and 404 where nothing is', async () => {
    for (const path of ['/ServiceProviderConfig', '/Schemas', '/ResourceTypes', '/Schemas/x', '/ResourceTypes/User']) {
      const reply = await scim.call('POST', path, '{ not json');
      expect(reply.status, path).to.equal(405);
      expect(reply.headers.get('allow')).to.equal('GET');
    }
    expect((await scim.call('PATCH', '/Users', {})).headers.get('allow')).to.equal('GET, POST');
    expect((await scim.call('GET', '/Bulk')).status).to.equal(405);
    for (const path of [
      '/Nothing',
      '/Users/a/b',
      '/Schemas/urn:nothing',
      '/Users/%00',
      '/Users/%ff',
      '/Me/x',
      '/constructor',
      '/__proto__',
    ])
      expect((await scim.call('GET', path)).status, path).to.equal(404);
    expect((await scim.call('GET', '/Me')).status).to.equal(501);
  });

  it('describes itself truly', async () => {
    const config = (await scim.call('GET', '/ServiceProviderConfig')).body;
    expect(config).to.deep.include({
      patch: { supported: true },
      sort: { supported: true },
      etag: { supported: true },
    });
    expect(config.pagination).to.include({ cursor: true, index: true });
    const types = (await scim.call('GET', '/ResourceTypes')).body.Resources;
    expect(types.map(({ endpoint }) => endpoint)).to.deep.equal(['/Users', '/Groups']);
    for (const { meta } of types)
      expect((await scim.call('GET', meta.location.slice(scim.baseUrl.length))).status).to.equal(200);
    const schemas = (await scim.call('GET', '/Schemas')).body.Resources;
    expect(schemas).to.have.length(7);
    for (const schema of schemas) expect((await scim.call('GET', `/Schemas/${schema.id}`)).body).to.deep.equal(schema);
    for (const description of [config, ...types, ...schemas]) {
      const schema = schemas.find(({ id }) => id === description.schemas[0]);
      expect(schema, description.schemas[0]).to.not.equal(undefined);
      if (schema) expectDeclared(description, schema, []);
    }
    const meaningful = (
      schemas.flatMap(({ attributes }) => attributes) as { name: string; canonicalValues?: string[] }[]
    )
      .filter(({ canonicalValues }) => canonicalValues)
      .map(({ name, canonicalValues }) => [name, canonicalValues]);
    expect(meaningful).to.deep.equal([
      ['userType', ['Power User', 'Intranet User', 'Non Intranet User']],
      ['loginType', ['SAML', 'Local Login', 'Windows Login']],
    ]);
  });

  it('says that it filters no description of itself, and passes over other parameters', async () => {
    for (const path of ['/ServiceProviderConfig', '/Schemas', '/ResourceTypes', '/ResourceTypes/User']) {
      expect((await scim.call('GET', `${path}?filter=name%20eq%20%22User%22`)).status, path).to.equal(403);
      const whole = await scim.call('GET', path);
      expect((await scim.call('GET', `${path}?count=0&sortBy=name`)).text).to.equal(whole.text);
    }
  });

  it('declares every attribute that it returns', async () => {
    const urn = 'urn:ietf:params:scim:schemas:extension:interactsoftware:2.0:User';
    const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
    const boss = (await scim.call('POST', '/Users', { userName: 'boss' })).body.id;
    const { id } = (
      await scim.call('POST', '/Users', {
        userName: 'anna',
        externalId: 'x',
        nickName: 'x',
        name: { givenName: 'x', honorificPrefix: 'x' },
        emails: [{ value: 'a@b', display: 'x', type: 'work', primary: true }],
        photos: [{ value: 'https://acme.com/x.png', type: 'photo' }],
        addresses: [{ locality: 'Oslo' }],
        roles: [{ value: 'x' }],
        x509Certificates: [{ value: 'AAAA' }],
        [urn]: { location: 'x', name: { title: 'Dr' }, omitFromSearch: true },
        [enterprise]: { costCenter: 'x', manager: boss },
      })
    ).body;
    const group = (await scim.call('POST', '/Groups', { displayName: 'G', externalId: 'g', members: [{ value: id }] }))
      .body;
    const schemas = (await scim.call('GET', '/Schemas')).body.Resources;
    const user = (await scim.call('GET', `/Users/${id}`)).body;
    for (const resource of [user, (await scim.call('GET', `/Groups/${group.id}`)).body])
      for (const schema of schemas.filter(({ id: known }) => resource.schemas.includes(known)))
        expectDeclared((resource[schema.id] as Body) ?? resource, schema, resource.schemas);
    expect(user.groups).to.have.length(1);
  });

  it('refuses bad bodies with the error of the RFC, and changes nothing', async () => {
    const { id } = (await scim.call('POST', '/Users', { userName: 'anna', title: 'T' })).body;
    const before = (await scim.call('GET', `/Users/${id}`)).text;
    const bad: [string, string, unknown, number, string | undefined, Record<string, string>?][] = [
      ['POST', '/Users', '{', 400, 'invalidSyntax'],
      ['POST', '/Users', '', 400, 'invalidSyntax'],
      ['POST', '/Users', '[]', 400, 'invalidSyntax'],
      ['POST', '/Users', 'null', 400, 'invalidSyntax'],
      ['POST', '/Users', '"x"', 400, 'invalidSyntax'],
      ['POST', '/Users', '{"userName":"a","USERNAME":"b"}', 400, 'invalidSyntax'],
      ['POST', '/Users', `{"userName":"a","x":${'['.repeat(5_000)}${']'.repeat(5_000)}}`, 400, 'invalidSyntax'],
      ['POST', '/Users', {}, 400, 'invalidValue'],
      ['POST', '/Users', { userName: null }, 400, 'invalidValue'],
      ['POST', '/Users', { userName: '  ' }, 400, 'invalidValue'],
      ['POST', '/Users', { userName: 5 }, 400, 'invalidValue'],
      ['POST', '/Users', { userName: 'x'.repeat(300) }, 400, 'invalidValue'],
      ['POST', '/Users', { userName: 'b', title: 'a\0b' }, 400, 'invalidValue'],
      ['POST', '/Users', { userName: 'b', active: 'perhaps' }, 400, 'invalidValue'],
      ['POST', '/Users', { userName: 'b', emails: 'b@acme.com' }, 400, 'invalidValue'],
      ['POST', '/Users', { userName: 'b', emails: [5] }, 400, 'invalidValue'],
      ['POST', '/Users', { userName: 'b', name: 'Bert' }, 400, 'invalidValue'],
      [
        'POST',
        '/Users',
        {
          userName: 'b',
          emails: [
            { value: 'x', primary: true },
            { value: 'y', primary: true },
          ],
        },
        400,
        'invalidValue',
      ],
      ['POST', '/Users', { userName: 'b', photos: [{ value: 'javascript:alert(1)' }] }, 400, 'invalidValue'],
      ['POST', '/Users', { userName: 'b', profileUrl: ' java\tscript:alert(1)' }, 400, 'invalidValue'],
      ['POST', '/Users', '{"userName":"b","nickName":"\\ud800"}', 400, 'invalidValue'],
      ['POST', '/Users', { userName: 'b', roles: Array(500).fill({ value: 'x' }) }, 400, 'invalidValue'],
      ['POST', '/Users', `{"userName":"${'x'.repeat(2_000_000)}"}`, 413, undefined],
      ['POST', '/Users', 'userName=b', 415, undefined, { 'Content-Type': 'application/x-www-form-urlencoded' }],
      ['PUT', `/Users/${id}`, { title: 'x' }, 400, 'invalidValue'],
      ['PATCH', `/Users/${id}`, {}, 400, 'invalidSyntax'],
      ['PATCH', `/Users/${id}`, { Operations: [] }, 400, 'invalidSyntax'],
      ['PATCH', `/Users/${id}`, patch({ op: 'move', path: 'title' }), 400, 'invalidSyntax'],
      ['PATCH', `/Users/${id}`, patch({ op: 'replace', path: 'title', value: 'a' }, 'x'), 400, 'invalidSyntax'],
      ['PATCH', `/Users/${id}`, patch({ op: 'remove' }), 400, 'noTarget'],
      ['PATCH', `/Users/${id}`, patch({ op: 'replace', path: 'nonsense', value: 'x' }), 400, 'invalidPath'],
      ['PATCH', `/Users/${id}`, patch({ op: 'replace', path: '__proto__.polluted', value: 'x' }), 400, 'invalidPath'],
      [
        'PATCH',
        `/Users/${id}`,
        patch({ op: 'replace', path: 'name[givenName eq "x"]', value: 'x' }),
        400,
        'invalidPath',
      ],
      ['PATCH', `/Users/${id}`, patch({ op: 'replace', path: 'emails[nonsense', value: 'x' }), 400, 'invalidFilter'],
      ['PATCH', `/Users/${id}`, patch({ op: 'replace', path: 'title' }), 400, 'invalidValue'],
      ['PATCH', `/Users/${id}`, patch({ op: 'replace', path: 'title', value: { a: 1 } }), 400, 'invalidValue'],
      ['PATCH', `/Users/${id}`, patch({ op: 'replace', path: 'id', value: 'x' }), 400, 'mutability'],
      ['PATCH', `/Users/${id}`, patch({ op: 'add', path: 'groups', value: [{ value: 'x' }] }), 400, 'mutability'],
      ['PATCH', `/Users/${id}`, patch({ op: 'replace', path: 'meta.created', value: 'x' }), 400, 'mutability'],
      [
        'PATCH',
        `/Users/${id}`,
        patch({ op: 'replace', path: 'title', value: 'a' }, { op: 'remove', path: 'userName' }),
        400,
        'mutability',
      ],
      [
        'PATCH',
        `/Users/${id}`,
        patch({ op: 'replace', path: 'emails[value co "x"]', value: { value: 'y' } }),
        400,
        'noTarget',
      ],
      ['DELETE', '/Users/00000000-0000-7000-8000-000000000000', undefined, 404, undefined],
      ['POST', '/Bulk', { Operations: [{ method: 'GET', path: '/Users' }] }, 400, 'invalidSyntax'],
      ['POST', '/Bulk', { Operations: Array(1_001).fill({ method: 'DELETE', path: '/Users/x' }) }, 413, undefined],
    ];
    for (const [method, path, body, status, scimType, headers] of bad) {
      const reply = await scim.call(method, path, body, headers);
      const what = `${method} ${path} ${JSON.stringify(body)?.slice(0, 100)}`;
      expect([reply.status, reply.body.scimType], what).to.deep.equal([status, scimType]);
      expect(reply.body, what).to.deep.include({ schemas: [ERROR], status: String(status) });
      expect(reply.headers.get('content-type')).to.equal('application/scim+json');
    }
    expect((await scim.call('GET', `/Users/${id}`)).text).to.equal(before);
    expect(await readCount(scim.deps.store.db, 'users')).to.equal(1);
  });

  it('is not reached by names of prototypes', async () => {
    const body =
      '{"userName":"anna","__proto__":{"active":false},"constructor":{"prototype":{"x":1}},"name":{"__proto__":{"givenName":"x"}}}';
    const created = await scim.call('POST', '/Users', body);
    expect(created.body).to.include({ active: true });
    expect(created.body).to.not.have.property('name');
    await scim.call(
      'PATCH',
      `/Users/${created.body.id}`,
      '{"Operations":[{"op":"add","value":{"__proto__":{"active":false},"constructor":1}}]}',
    );
    expect((await scim.call('GET', `/Users/${created.body.id}`)).body.active).to.equal(true);
    expect(({} as Record<string, unknown>).active).to.equal(undefined);
  });

  it('keeps a log that both sides can read, without secrets', async () => {
    const bodies = await openScimServer(scim.deps.store, { logBodies: true });
    const secret = 'a very secret thing';
    const { id } = (await bodies.call('POST', '/Users', { userName: 'anna', password: secret })).body;
    await bodies.call(
      'PATCH',
      `/Users/${id}`,
      patch({ op: 'replace', path: 'password', value: secret }, { op: 'replace', path: 'title', value: 'T' }),
    );
    await bodies.call('PATCH', `/Users/${id}`, patch({ op: 'replace', value: { password: secret } }));
    await bodies.call('PATCH', `/Users/${id}`, patch({ op: 'replace', path: 'active', value: false }));
    await bodies.call('POST', '/Bulk', {
      Operations: [
        { method: 'PATCH', path: `/Users/${id}`, data: patch({ op: 'add', path: 'password', value: secret }) },
      ],
    });
    await bodies.call('GET', `/Users?filter=${encodeURIComponent(`password eq "${secret}"`)}`);
    await bodies.call('POST', '/Users', `{"password":"${secret}"`);
    await bodies.call('DELETE', `/Users/${id}`);
    await bodies.call('GET', '/Groups');
    const rows = await readLog(scim, { sourceId: bodies.sourceId }, 11);
    expect(rows.map(({ event, status }) => `${event} ${status}`).sort()).to.deep.equal([
      'idm_integration_activate 200',
      'null 200', // the bulk request itself
      'null 200',
      'user_create_provision 201',
      'user_create_provision 400',
      'user_delete_provision 204',
      'user_deprovision 200',
      'user_lookup_provision 400',
      'user_update_provision 200',
      'user_update_provision 200',
      'user_update_provision 200',
    ]);
    expect(JSON.stringify(rows)).to.not.contain('secret thing');
    const update = rows.find(({ changes }) => changes.some(({ attribute }) => attribute === 'title'));
    expect(update?.changes).to.deep.equal([{ attribute: 'title', after: 'T' }, { attribute: 'password' }]);
    expect(update).to.include({
      resourceType: 'User',
      resourceId: id,
      resourceName: 'anna',
      method: 'PATCH',
      path: `/Users/${id}`,
    });
    const [calls] = await listCalls(scim.deps.store.db, bodies.sourceId, 0);
    expect(calls).to.include({ calls: 9, failures: 2 });
  });

  it('says nothing of what failed here', async () => {
    const reply = await scim.call('GET', '/Users');
    expect(reply.status).to.equal(200);
    await scim.deps.store.db.schema.dropTable('groupMembers').execute();
    await scim.call('POST', '/Users', { userName: 'anna' });
    const failed = await scim.call('GET', '/Users');
    expect(failed.status).to.equal(500);
    expect(failed.text).to.not.match(/groupMembers|sql/i);
    const reference = /Reference ([\w-]+)/.exec(failed.body.detail)?.[1];
    expect(scim.deps.logged.some((line) => line.reference === reference)).to.equal(true);
  });
});

/** The log once it has as many entries as are wanted: what changes nothing is written after its answer. */
async function readLog(scim: ScimServer, filter: ScimLogFilter, wanted: number): Promise<ScimLogEntry[]> {
  for (;;) {
    const { rows } = await listScimLog(scim.deps.store.db, filter, { limit: 50 });
    if (rows.length >= wanted) return rows;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function expectDeclared(value: Body, schema: Body, urns: string[]): void {
  const attributes = schema.attributes as { name: string; subAttributes?: { name: string }[] }[];
  for (const [name, part] of Object.entries(value)) {
    if (['schemas', 'id', 'meta', ...urns].includes(name)) continue;
    const attribute = attributes.find((known) => known.name === name);
    expect(attribute, name).to.be.an('object');
    for (const item of Array.isArray(part) ? part : [part])
      if (typeof item === 'object' && item !== null)
        expect(attribute?.subAttributes?.map((sub) => sub.name)).to.include.members(Object.keys(item));
  }
}
