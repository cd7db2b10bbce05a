import { expect } from 'chai';
import { NotFound } from '../../src/errors.ts';
import { getCollection, keepCollection, searchEntities } from '../../src/federation/metadataCollections.ts';
import { testDeps } from '../support/testDeps.ts';

const entities = [
  { entityId: 'https://idp.uni-koeln.example/idp', name: 'Universität zu Köln' },
  { entityId: 'https://idp.uni-bonn.example/idp', name: 'Universität Bonn' },
  { entityId: 'urn:mace:nameless', name: '' },
];

describe('federation/metadataCollections', () => {
  it('finds by every word of a name or an EntityID, without accents and case, and sorts by name', () => {
    const found = (text: string) =>
      searchEntities(entities, text, 9).found.map(({ name, entityId }) => name || entityId);
    expect(found('')).to.deep.equal(['Universität Bonn', 'Universität zu Köln', 'urn:mace:nameless']);
    expect(found('  KOLN  universitat')).to.deep.equal(['Universität zu Köln']);
    expect(found('uni-bonn.example')).to.deep.equal(['Universität Bonn']);
    expect(found('Bonn Köln')).to.deep.equal([]);
    expect(searchEntities(entities, '', 2)).to.have.property('count', 3);
  });

  it('keeps a collection for an hour', async () => {
    const deps = await testDeps();
    const byUrl = await keepCollection(deps, { url: 'https://a.example' }, 'PEM', entities);
    const byFile = await keepCollection(deps, { xml: Buffer.from('<a/>') }, '', []);
    deps.clock.advance(60 * 60_000 - 1);
    const kept = { source: { url: 'https://a.example' }, signers: 'PEM', entities };
    expect(await getCollection(deps, byUrl)).to.deep.equal({ id: byUrl, ...kept });
    expect(await getCollection(deps, byFile)).to.deep.include({ source: { xml: '<a/>' }, signers: '' });
    deps.clock.advance(1);
    expect(await getCollection(deps, byUrl).catch((error: unknown) => error)).to.be.instanceOf(NotFound);
  });
});
