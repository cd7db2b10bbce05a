import { expect } from 'chai';
import { newTrace } from '../../../src/scim/http/call.ts';
import { changesBetween, openRequestLog } from '../../../src/scim/http/log.ts';
import { getSource } from '../../../src/sources/profileSources.ts';
import { listCalls } from '../../../src/store/profileSources.ts';
import { patch } from '../support/patch.ts';
import { readLog } from '../support/readLog.ts';
import { openScimServer } from '../support/scimServer.ts';

const INTERACT = 'urn:ietf:params:scim:schemas:extension:interactsoftware:2.0:User';

describe('scim/log', () => {
  it('logs every request with its changes, counts it, and keeps secrets out', async () => {
    const scim = await openScimServer(undefined, { logBodies: true });
    const secret = 'a very secret thing';
    const { id } = (await scim.call('POST', '/Users', { userName: 'anna', password: secret })).body;
    const change = (...operations: unknown[]) => scim.call('PATCH', `/Users/${id}`, patch(...operations));
    await change({ op: 'replace', path: 'password', value: secret }, { op: 'replace', path: 'title', value: 'T' });
    await change({ op: 'replace', value: { password: secret } });
    await change({ op: 'replace', path: 'active', value: false });
    await scim.call('POST', '/Bulk', {
      Operations: [
        { method: 'PATCH', path: `/Users/${id}`, data: patch({ op: 'add', path: 'password', value: secret }) },
      ],
    });
    await scim.call('GET', `/Users?filter=${encodeURIComponent(`password eq "${secret}"`)}`);
    await scim.call('POST', '/Users', `{"password":"${secret}"`);
    await scim.call('DELETE', `/Users/${id}`);
    await scim.call('GET', '/Groups');
    const rows = await readLog(scim, { sourceId: scim.sourceId }, 11);
    expect(rows.map(({ event, status }) => `${event} ${status}`).sort()).to.deep.equal([
      'group_lookup_provision 200',
      'idm_integration_activate 200',
      'null 200', // the bulk request itself
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
    expect(update).to.deep.include({
      changes: [{ attribute: 'title', after: 'T' }, { attribute: 'password' }],
      resourceType: 'User',
      resourceId: id,
      resourceName: 'anna',
      method: 'PATCH',
      path: `/Users/${id}`,
      sourceName: 'Cloud Directory',
    });
    const [calls] = await listCalls(scim.deps.store.db, scim.sourceId, 0);
    expect(calls).to.include({ calls: 9, failures: 2 });
  });

  it('logs no bodies unless the source is set to', async () => {
    const scim = await openScimServer();
    await scim.call('POST', '/Users', { userName: 'anna' });
    const [entry] = await readLog(scim, { event: 'user_create_provision' }, 1);
    expect(entry).to.include({ body: null });
  });

  it('logs no change that was not made', async () => {
    const scim = await openScimServer();
    const { id } = (await scim.call('POST', '/Users', { userName: 'anna', title: 'T' })).body;
    await scim.call('PATCH', `/Users/${id}`, patch({ op: 'replace', path: 'title', value: 'T' }));
    await scim.call('POST', '/Users', { userName: 'ANNA' });
    const rows = await readLog(scim, { sourceId: scim.sourceId }, 4);
    const unchanged = rows.find(({ event }) => event === 'user_update_provision');
    const refused = rows.find(({ status }) => status === 409);
    expect(unchanged).to.deep.include({ status: 200, resourceName: 'anna', changes: [] });
    expect(refused).to.deep.include({
      event: 'user_create_provision',
      resourceName: 'ANNA',
      resourceId: null,
      changes: [],
    });
  });

  it('keeps at most 10,000 entries in memory, and counts all calls', async () => {
    const { deps, sourceId } = await openScimServer();
    const log = openRequestLog(deps);
    const request = { method: 'GET', path: '/Users', query: new URLSearchParams() };
    const source = await getSource(deps, sourceId);
    const call = { deps, source, network: '192.0.2.1', startedAt: deps.now(), request, trace: newTrace(request) };
    for (let i = 0; i < 10_001; i += 1) log.add(call, 200, null);
    await deps.background.finished();
    const logged = await deps.store.db.selectFrom('scimLog').select('id').where('path', '=', '/Users').execute();
    expect(logged).to.have.lengthOf(10_000);
    expect((await listCalls(deps.store.db, sourceId, 0))[0]).to.include({ calls: 10_001 });
  });

  describe('changesBetween', () => {
    it('returns what differs, attribute by attribute', () => {
      const before = {
        userName: 'anna',
        title: 'T',
        name: { givenName: 'Anna' },
        [INTERACT]: { location: 'Oslo', bio: 'x' },
      };
      const after = {
        userName: 'anna',
        nickName: 'N',
        name: { givenName: 'Anne' },
        [INTERACT]: { location: 'Rome', bio: 'x' },
      };
      expect(changesBetween(before, after)).to.deep.equal([
        { attribute: 'title', before: 'T' },
        { attribute: 'name', before: { givenName: 'Anna' }, after: { givenName: 'Anne' } },
        { attribute: `${INTERACT}:location`, before: 'Oslo', after: 'Rome' },
        { attribute: 'nickName', after: 'N' },
      ]);
      expect(changesBetween({ [INTERACT]: { bio: 'x' } }, {})).to.deep.equal([
        { attribute: `${INTERACT}:bio`, before: 'x' },
      ]);
      expect(changesBetween(before, structuredClone(before))).to.deep.equal([]);
    });

    it('keeps passwords out and cuts long values', () => {
      const [password, bio] = changesBetween(
        { bio: 'x'.repeat(1_998) },
        { password: 'secret', bio: 'x'.repeat(5_000) },
      ).reverse();
      expect(password).to.deep.equal({ attribute: 'password' });
      expect(bio?.before).to.equal('x'.repeat(1_998));
      expect(bio?.after).to.match(/^"x{1999}…$/);
    });
  });
});
