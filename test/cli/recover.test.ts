import { expect } from 'chai';
import { readIntranetSettings, saveIntranetSettings } from '../../src/people/intranetSettings.ts';
import { insertDomain } from '../../src/store/domains.ts';
import { insertPasskey } from '../../src/store/secondFactors.ts';
import { aDomain, aUser, insertUser } from '../support/rows.ts';
import { testDeps } from '../support/testDeps.ts';
import { jsonOf, runCli } from './support/runCli.ts';

describe('cli/recover', () => {
  it('shows a link, and allows every network again if asked', async () => {
    const deps = await testDeps();
    const { db } = deps.store;
    await insertUser(db, aUser({ userName: 'maya', userType: 'Power User' }), null);
    await insertUser(db, aUser({ userName: 'old', active: false }), null);
    await insertDomain(db, aDomain({ url: 'https://intranet.acme.com' }));
    const settings = await readIntranetSettings(db);
    await saveIntranetSettings(deps, { ...settings, name: 'Acme', localLoginNetworks: ['10.0.0.0/8'] });
    const { printed, complained } = await runCli(deps, ['recover', 'MAYA']);
    expect(printed).to.match(/^https:\/\/intranet\.acme\.com\/new-password\/[\w-]{43}\nIt works once, for 24 hours\.$/);
    expect(complained).to.contain('Local login is only allowed from 10.0.0.0/8');
    const json = await jsonOf(deps, ['recover', 'maya', '--any-network']);
    expect(json.localLoginNetworks).to.deep.equal([]);
    expect(await readIntranetSettings(db))
      .to.include({ name: 'Acme' })
      .and.deep.include({ localLoginNetworks: [] });
    const refused = await runCli(deps, ['recover', 'old']);
    expect([refused.code, refused.complained]).to.deep.equal([1, 'This person is deactivated. Activate them first.']);
  });

  it('says that a second factor is needed too, and removes it if asked', async () => {
    const deps = await testDeps();
    const { db } = deps.store;
    const maya = aUser({ userName: 'maya' });
    await insertUser(db, maya, null);
    await insertPasskey(db, {
      ...{ id: 'p', userId: maya.id, name: 'Laptop', credentialId: 'c', publicKey: 'k', counter: 0, transports: '[]' },
      ...{ rpId: 'intranet.acme.com', createdAt: deps.now(), lastUsedAt: null },
    });
    const { complained } = await runCli(deps, ['recover', 'maya']);
    expect(complained).to.contain('They also need their 1 passkey; see --no-second-factor.');
    expect(await jsonOf(deps, ['recover', 'maya', '--no-second-factor'])).to.include({ secondFactor: false });
  });
});
