import { expect } from 'chai';
import { changeSource } from '../../../src/sources/profileSources.ts';
import type { Refusals } from '../../../src/store/profileSources.ts';
import { listNotices } from '../../../src/store/sourceNotices.ts';
import { withStores } from '../../support/stores.ts';
import { patch } from '../support/patch.ts';
import { readLog } from '../support/readLog.ts';
import { type Body, openScimServer, type ScimServer } from '../support/scimServer.ts';

const UNKNOWN = '00000000-0000-7000-8000-000000000000';
const EXTENSION = 'urn:ietf:params:scim:schemas:extension:CustomExtensionName:2.0:User';

describe('scim/unknown', () => {
  withStores((open) => {
    let scim: ScimServer;
    let person: Body;
    let group: Body;

    beforeEach(async () => {
      scim = await openScimServer(await open());
      person = (await scim.call('POST', '/Users', { userName: 'anna' })).body;
      group = (await scim.call('POST', '/Groups', { displayName: 'G' })).body;
    });

    it('leaves out attributes, stores the rest and names them in the log', async () => {
      for (const [method, body, names] of attributeRequests()) {
        const reply = await scim.call(method, pathFor(method, 'Users'), body);
        expect(reply.status, reply.text).to.be.oneOf([200, 201]);
        expect(reply.body.title).to.equal('T');
        expect(await notesOf(reply.body.id)).to.include(`Left out: There is no attribute ${names}.`);
      }
      expect(await kinds()).to.deep.equal(['unknownAttribute']);
    });

    it('refuses them if the source is set so, and changes nothing', async () => {
      await refuse({ refuseUnknownAttributes: true });
      for (const [method, body, names] of attributeRequests()) {
        const reply = await scim.call(method, pathFor(method, 'Users'), body);
        expect(reply.status).to.equal(400);
        expect(reply.body).to.include({
          scimType: method === 'PATCH' ? 'invalidPath' : 'invalidSyntax',
          detail: `There is no attribute ${names}.`,
        });
      }
      expect((await scim.call('GET', `/Users/${person.id}`)).body.meta.version).to.equal(person.meta.version);
      expect((await scim.call('GET', '/Users')).body.totalResults).to.equal(1);
      expect(await kinds()).to.deep.equal([]);
    });

    it('names only some of very many attributes', async () => {
      const many = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`${'x'.repeat(200)}${index}`, 1]));
      const { id } = (await scim.call('POST', '/Users', { userName: 'bert', ...many })).body;
      const [note] = await notesOf(id);
      expect(note)
        .to.match(/ and 45 more\.$/)
        .and.have.length.below(500);
    });

    it('skips members, adds the others and names them in the log', async () => {
      for (const [method, body] of memberRequests()) {
        const reply = await scim.call(method, pathFor(method, 'Groups'), body);
        expect(reply.status, reply.text).to.be.oneOf([200, 201]);
        expect(reply.body.members?.map(({ value }) => value)).to.deep.equal([person.id]);
        expect(await notesOf(reply.body.id)).to.include(
          `Skipped: No person or group has the id ${UNKNOWN}, ${person.id}x.`,
        );
      }
      expect(await kinds()).to.deep.equal(['unknownMember']);
    });

    it('refuses members if the source is set so, and changes nothing', async () => {
      await refuse({ refuseUnknownMembers: true });
      for (const [method, body] of memberRequests()) {
        const reply = await scim.call(method, pathFor(method, 'Groups'), body);
        expect(reply.body).to.include({ status: '400', scimType: 'invalidValue' });
        expect(reply.body.detail).to.match(/^No person or group has the id/);
      }
      const after = (await scim.call('GET', '/Groups')).body;
      expect(after.Resources).to.deep.equal([group]);
    });

    it('has its notices removed when the source is set to refuse', async () => {
      await scim.call('PATCH', `/Users/${person.id}`, patch({ op: 'add', path: 'nonsense', value: 1 }));
      expect(await kinds()).to.deep.equal(['unknownAttribute']);
      await refuse({ refuseUnknownAttributes: true });
      expect(await kinds()).to.deep.equal([]);
    });

    function attributeRequests(): [method: string, body: unknown, names: string][] {
      return [
        ['POST', { userName: 'bert', title: 'T', nonsense: 1, name: { odd: 1 } }, 'nonsense, name.odd'],
        ['PUT', { userName: 'anna', title: 'T', [EXTENSION]: { tag: 'x' } }, EXTENSION],
        ['PATCH', patch(titled, { op: 'add', path: `${EXTENSION}:tag`, value: 'x' }), `${EXTENSION}:tag`],
        ['PATCH', patch(titled, { op: 'remove', path: 'nonsense' }), 'nonsense'],
        ['PATCH', patch({ op: 'add', value: { title: 'T', nonsense: 1 } }), 'nonsense'],
      ];
    }

    function memberRequests(): [method: string, body: unknown][] {
      const members = [{ value: person.id }, { value: UNKNOWN }, { value: `${person.id}x`, type: 'Group' }];
      return [
        ['POST', { displayName: 'H', members }],
        ['PUT', { displayName: 'G', members }],
        ['PATCH', patch({ op: 'remove', path: 'members' }, { op: 'add', path: 'members', value: members })],
        ['PATCH', patch({ op: 'replace', path: 'members', value: members })],
      ];
    }

    const pathFor = (method: string, endpoint: 'Users' | 'Groups') =>
      method === 'POST' ? `/${endpoint}` : `/${endpoint}/${endpoint === 'Users' ? person.id : group.id}`;

    async function refuse(refusals: Partial<Refusals>): Promise<void> {
      const changed = await changeSource(scim.deps, scim.sourceId, refusals);
      if (!changed.ok) throw new Error('The source was not changed');
    }

    async function notesOf(resourceId: string): Promise<(string | null)[]> {
      await settled();
      return (await readLog(scim, { resourceId }, 1)).map(({ detail }) => detail);
    }

    async function kinds(): Promise<string[]> {
      await settled();
      return (await listNotices(scim.deps.store.db)).map(({ kind }) => kind);
    }

    async function settled(): Promise<void> {
      const path = `/Schemas?settled=${scim.deps.randomBytes(8).toString('hex')}`;
      await scim.call('GET', path);
      await readLog(scim, { text: path }, 1);
    }
  });
});

const titled = { op: 'replace', path: 'title', value: 'T' };
