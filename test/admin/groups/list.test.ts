import { expect } from 'chai';
import { noPeopleRules } from '../../../src/federation/peopleRules.ts';
import { insertProvider } from '../../../src/store/identityProviders.ts';
import { insertSource } from '../../../src/store/profileSources.ts';
import { aProvider, aSource } from '../../support/rows.ts';
import { startWithGroups } from '../support/groups.ts';

const LIST = '/settings/groups';

describe('admin/groups/list', () => {
  it('lists groups by the start of their name and by source', async () => {
    const { anteroom, client, add } = await startWithGroups();
    expect((await client.get(LIST)).text).to.contain('No groups yet');
    const source = aSource({ name: 'JumpCloud' });
    await insertSource(anteroom.deps.store.db, source);
    await add({ displayName: 'Sales', sourceId: source.id });
    await add({ displayName: 'Support' });
    expect((await client.get(LIST)).text)
      .to.contain('2 groups')
      .and.to.contain('>Sales<');
    expect((await client.get(`${LIST}?q=SU`)).text)
      .to.contain('>Support<')
      .and.not.to.contain('>Sales<');
    expect((await client.get(`${LIST}?source=${source.id}`)).text)
      .to.contain('1 group')
      .and.not.to.contain('>Support<');
    expect((await client.get(`${LIST}?source=none`)).text)
      .to.contain('>Support<')
      .and.not.to.contain('>Sales<');
    expect((await client.get(`${LIST}?q=zzz`)).text).to.contain('No matching groups');
  });

  it('filters by an identity provider that keeps groups in step', async () => {
    const { anteroom, client, add } = await startWithGroups();
    const provider = aProvider({ name: 'Okta', people: { ...noPeopleRules, groupsFrom: 'memberOf' } });
    await insertProvider(anteroom.deps.store.db, provider, '<xml/>');
    await insertProvider(anteroom.deps.store.db, aProvider({ name: 'Keycloak' }), '<xml/>');
    expect((await client.get(LIST)).text)
      .to.contain('label="Identity providers"')
      .and.not.contain('Keycloak');
    expect((await client.get(`${LIST}?source=${provider.id}`)).text).to.contain('It manages no groups.');
    await add({ displayName: 'Editors', sourceId: provider.id });
    await add({ displayName: 'Support' });
    expect((await client.get(`${LIST}?source=${provider.id}`)).text)
      .to.contain('>Editors<')
      .and.not.to.contain('>Support<');
  });

  it('shows 50 groups on a page, and any page number', async () => {
    const { client, add } = await startWithGroups();
    for (let number = 10; number < 61; number += 1) await add({ displayName: `Team ${number}` });
    expect((await client.get(LIST)).text)
      .to.contain('Team 59')
      .and.not.to.contain('Team 60');
    expect((await client.get(`${LIST}?page=2`)).text)
      .to.contain('Team 60')
      .and.to.contain('rel="prev"')
      .and.not.to.contain('rel="next"');
    const reversed = (await client.get(`${LIST}?sort=-name`)).text;
    expect(reversed).to.contain('Team 60').and.to.contain('aria-sort="descending"').and.not.to.contain('Team 10');
    expect(reversed).to.contain('href="/settings/groups?sort=-name&amp;page=2"');
    expect((await client.get(`${LIST}?page=99999999999999999999&q=%00`)).status).to.equal(200);
  });
});
