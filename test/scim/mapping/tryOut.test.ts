import { expect } from 'chai';
import { findAttempt, tryOut } from '../../../src/scim/mapping/tryOut.ts';
import { changeOwnership } from '../../../src/sources/ownership.ts';
import { getSource } from '../../../src/sources/profileSources.ts';
import { withStores } from '../../support/stores.ts';
import { patch } from '../support/patch.ts';
import { openScimServer, type ScimServer } from '../support/scimServer.ts';

describe('scim/mapping/tryOut', () => {
  withStores((open) => {
    let scim: ScimServer;
    let id: string;

    beforeEach(async () => {
      scim = await openScimServer(await open());
      id = (await scim.call('POST', '/Users', { userName: 'anna', title: 'Boss' })).body.id;
      await scim.deps.background.finished();
    });

    it('shows what a request would change, and stores nothing', async () => {
      const before = await everything();
      const created = await attempt({ userName: 'bert', title: 'Clerk', nonsense: 1, password: 'short' });
      expect(created).to.deep.nested.include({ 'value.method': 'POST', 'value.status': 201 });
      expect(changes(created)).to.deep.equal(['userName', 'title', 'userType', 'active']);
      expect(created).to.have.deep.nested.property('value.notes', [
        'Left out: There is no attribute nonsense.',
        'The password was not stored: it does not satisfy the rule. Use at least 12 characters.',
      ]);
      const patched = await attempt(patch({ op: 'replace', path: 'title', value: 'Chief' }), 'anna');
      expect(patched).to.have.deep.nested.property('value.changes', [
        { attribute: 'title', before: 'Boss', after: 'Chief' },
      ]);
      const put = await attempt({ userName: 'anna', nickName: 'x' }, `PUT /Users/${id}`);
      expect(changes(put)).to.deep.equal(['nickName', 'title']);
      const group = await attempt({ displayName: 'Sales', members: [{ value: id }] }, 'POST /Groups');
      expect(changes(group)).to.deep.equal(['displayName', 'members']);
      expect(await everything()).to.deep.equal(before);
    });

    it('shows a refusal with its sentence', async () => {
      const taken = await attempt({ userName: 'ANNA' });
      expect(taken).to.deep.nested.include({ 'value.status': 409, 'value.refusal': 'This userName is already taken.' });
      const other = await openScimServer(scim.deps.store);
      const refused = await attempt(patch({ op: 'replace', path: 'title', value: 'x' }), 'anna', other);
      expect(refused).to.have.nested.property('value.status', 403);
      expect(await attempt({ userName: 'x' }, 'PUT /Users/nobody')).to.have.nested.property('value.status', 404);
      expect(await attempt({}, 'POST /Nonsense')).to.have.nested.property('value.status', 404);
    });

    it('says what is wrong with a broken request', async () => {
      for (const [text, request, field, sentence] of [
        ['', '', 'text', /^Paste the body/],
        ['{"userName":', '', 'text', /^The body is not valid JSON in UTF-8\. Paste/],
        ['[1]', '', 'text', /^The body must be a JSON object/],
        ['{"a":1,"A":2}', '', 'text', /^An attribute occurs twice/],
        [`{"a":"${'x'.repeat(2_000_000)}"}`, '', 'text', /^The body may have at most/],
        ['{"userName":"an… (20000 characters)', '', 'text', /^The SCIM log has only the beginning/],
        [
          JSON.stringify(patch({ op: 'remove', path: 'title' })),
          '',
          'path',
          /^Enter the person that this PATCH changes/,
        ],
        ['{}', 'nobody', 'path', /^No person has this user name/],
      ] as const) {
        const found = await findAttempt(scim.deps, request, text);
        const tried = found.ok ? await tryOut(scim.deps, await source(), found.value) : found;
        expect(tried.ok ? '' : (tried.errors[field] ?? ''), text.slice(0, 40)).to.match(sentence);
      }
    });

    it('reads a request of any length at once', async () => {
      const found = await findAttempt(scim.deps, `PUT /${'x'.repeat(80_000)} x`, '{}');
      expect(found.ok).to.equal(false);
    });

    it('leaves out what was taken away', async () => {
      await changeOwnership(scim.deps, scim.sourceId, { taken: ['title'] });
      const tried = await attempt(patch({ op: 'replace', path: 'title', value: 'Chief' }), 'anna');
      expect([changes(tried), tried.ok && tried.value.notes]).to.deep.equal([
        [],
        ['title was left out: it was taken away from this source.'],
      ]);
    });

    const source = async (of = scim) => getSource(of.deps, of.sourceId);
    const attempt = async (body: object, request = '', of = scim) => {
      const found = await findAttempt(of.deps, request, JSON.stringify(body));
      if (!found.ok) throw new Error(JSON.stringify(found.errors));
      return tryOut(of.deps, await source(of), found.value);
    };
    const changes = (tried: Awaited<ReturnType<typeof tryOut>>) =>
      tried.ok ? tried.value.changes.map(({ attribute }) => attribute) : [];
    const everything = async () => {
      const { db } = scim.deps.store;
      const rows = [];
      for (const table of ['users', 'groups', 'groupMembers', 'scimLog', 'profileSources', 'directoryCounts'] as const)
        rows.push(await db.selectFrom(table).selectAll().execute());
      return rows;
    };
  });
});
