import { expect } from 'chai';
import { changeProvider, getProvider, providerInputOf } from '../../../src/federation/providers.ts';
import { addPerson } from '../../support/anteroom.ts';
import { logInLocally } from '../../support/client.ts';
import { importOkta, openSamlSettings, type SamlSettings } from './support/samlSettings.ts';

describe('admin/saml/lockedOut', () => {
  let settings: SamlSettings;
  let path: string;

  beforeEach(async () => {
    settings = await openSamlSettings();
    path = `${settings.providers}/${await importOkta(settings)}/locked-out`;
  });

  it('says that nobody would be locked out', async () => {
    expect((await settings.client.get(path)).text).to.contain('<strong>Nobody.</strong>');
  });

  it('counts people by reason, lists those of one reason by page, and exports all of them', async () => {
    const { client, deps } = settings;
    const id = path.split('/').at(-2) ?? '';
    await changeProvider(deps, id, { ...providerInputOf(await getProvider(deps.store.db, id)), match: 'email' });
    for (let index = 0; index < 60; index += 1) await addPerson(deps, { userName: `nomail${index}` });
    await addPerson(deps, { userName: '=cmd', email: 'cmd@acme.com', loginType: 'Local Login' });
    const { text } = await client.get(path);
    expect(text).to.contain('62 people').and.contain('no value to match: 61').and.contain('Local Login only: 1');
    expect(text).to.contain('A local password lets them log in at /local-login.');
    const next = /href="([^"]*after=[^"]*)"/.exec(text)?.[1]?.replaceAll('&amp;', '&') ?? '';
    const second = await client.get(next);
    expect(second.text).not.to.contain('Next page');
    const listed = (text + second.text).match(/>nomail\d+<\/a>/g) ?? [];
    expect([listed.length, new Set(listed).size]).to.deep.equal([60, 60]);
    expect((await client.get(`${path}?reason=local_login`)).text)
      .to.contain('=cmd')
      .and.not.contain('nomail0');
    const csv = await client.get(`${path}/export`);
    expect(csv.headers.get('content-disposition')).to.match(/^attachment; filename="?locked-out-.*\.csv"?$/);
    expect(csv.text.trim().split('\n')).to.have.lengthOf(63);
    expect(csv.text).to.contain(`"'=cmd"`);
  });

  it('is for Power Users', async () => {
    await addPerson(settings.deps, { userName: 'anna.berg' });
    const anna = await logInLocally(settings, 'anna.berg');
    for (const one of [path, `${path}/export`]) expect((await anna.get(one)).status).to.equal(403);
  });
});
