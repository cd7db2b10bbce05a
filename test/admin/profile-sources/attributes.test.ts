import { expect } from 'chai';
import { learnAttributes } from '../../../src/sources/ownership.ts';
import { getSource } from '../../../src/sources/profileSources.ts';
import { type Sources, startForSources } from '../support/sources.ts';

describe('admin/profile-sources/attributes', () => {
  let setup: Sources;
  let path: string;
  let id: string;

  beforeEach(async () => {
    setup = await startForSources();
    ({ id } = await setup.add('JumpCloud'));
    path = `/settings/profile-sources/scim/${id}/attributes`;
    await learnAttributes(setup.anteroom.deps.store.db, setup.anteroom.deps, id, ['title', 'bio']);
  });

  it('shows what the source owns, here and on its own page', async () => {
    const page = (await setup.client.get(path)).text;
    expect(boxesIn(page)).to.deep.equal(['userName', 'title', 'bio', 'active']);
    const source = (await setup.client.get(`/settings/profile-sources/scim/${id}`)).text;
    expect(source).to.contain('User name, Job title, Bio, Active').and.to.contain(`href="${path}"`);
  });

  it('adds attributes and takes others away, and says so', async () => {
    const shown = /name="shown" value="([^"]*)"/.exec((await setup.client.get(path)).text)?.[1] ?? '';
    expect(shown).to.equal('title bio');
    const saved = await setup.client.post(path, { shown, own: ['title', 'department', 'nonsense'] });
    const page = (await setup.client.follow(saved)).text;
    expect(page)
      .to.contain('JumpCloud now owns: Department. Taken away: Bio.')
      .and.to.contain('Taken away: what it sends is left out.');
    expect(await ownership()).to.equal(' title -bio department ');
    expect(
      (await setup.client.follow(await setup.client.post(path, { shown: 'title', own: 'title' }))).text,
    ).to.contain('No changes to save.');
  });

  it('keeps what was learned after the page was opened', async () => {
    await learnAttributes(setup.anteroom.deps.store.db, setup.anteroom.deps, id, ['location']);
    await setup.client.post(path, { shown: 'title bio', own: ['title', 'bio'] });
    expect(await ownership()).to.equal(' title bio location ');
  });

  const ownership = async () => (await getSource(setup.anteroom.deps, id)).ownership;
});

/** The names of the selected attributes. */
function boxesIn(page: string): string[] {
  return [...page.matchAll(/name="own" value="(\w+)"\s+checked/g)].map(([, name = '']) => name);
}
