import { expect } from 'chai';
import { setProviderDomains } from '../../../src/federation/providerDomains.ts';
import { stateOfProvider } from '../../../src/federation/providerState.ts';
import { getProvider, removeProvider } from '../../../src/federation/providers.ts';
import { setActive } from '../../../src/people/users.ts';
import { listProviders } from '../../../src/store/identityProviders.ts';
import { listLoginTests } from '../../../src/store/loginTests.ts';
import { findUserByUserName } from '../../../src/store/users.ts';
import type { Browser, Page } from '../../demo/support/browser.ts';
import { logIn } from '../../demo/support/portal.ts';
import { swap } from '../../saml/corpus/hostile.ts';
import { at, type MessageParts } from '../../saml/support/message.ts';
import { answer, type Fault, newestAttempt, type Signing, startSigning } from '../../saml/support/signingProvider.ts';
import { addPerson, testPassword } from '../../support/anteroom.ts';
import { connect, deliver, visitor } from '../../support/connect.ts';
import { errorOf, fieldsOfForm } from '../support/formFields.ts';

const opaque = (parts: MessageParts) => ({ subject: swap(parts.subject, />ada@acme.com</, '>a1b2c3<') });
const late = (parts: MessageParts) => ({
  conditions: swap(parts.conditions, /NotBefore="[^"]*"/, `NotBefore="${at(100)}"`),
  responseAttributes: swap(parts.responseAttributes, /IssueInstant="[^"]*"/, `IssueInstant="${at(100)}"`),
});

describe('admin/saml/tests', () => {
  let signing: Signing;
  let browser: Browser;
  let path: string;

  beforeEach(async () => {
    signing = await startSigning();
    await addPerson(signing.deps, { userName: 'maya.koch', userType: 'Power User' });
    const ada = { userName: 'ada', email: 'ada@acme.com', givenName: 'Ada', familyName: 'Archer' };
    await addPerson(signing.deps, ada);
    browser = visitor(signing);
    await browser.post('/local-login', { userName: 'maya.koch', password: testPassword, return: '/' });
    path = `/settings/security/saml/domains/${signing.domain.id}/identity-providers/${signing.provider.id}`;
  });

  it('tests what is on the form, and saves nothing', async () => {
    const before = await saved();
    const page = await test({ match: 'externalId' });
    expect(page.text).to.contain('Refused: the person is not in the People Directory');
    expect(await saved()).to.deep.equal(before);
  });

  it('shows the form again if what is on it is not valid, and starts nothing', async () => {
    const page = await submit({ clockSkewSeconds: '999', match: 'email' });
    expect(page.status).to.equal(422);
    expect(errorOf(page.text, 'clockSkewSeconds')).to.contain('at most 300');
    expect(fieldsOfForm(page.text, path)).to.include({ match: 'email' });
    expect(await listLoginTests(signing.deps.store.db, 9)).to.deep.equal([]);
  });

  it('leads to the last test, or back to the form if there is none', async () => {
    const none = await browser.get(`${path}/test`);
    expect(none.url).to.match(new RegExp(`${path}$`));
    expect(none.text).to.contain('You have not started a Test login here within the last day.');
    await test();
    expect((await browser.get(`${path}/test`)).text).to.contain('Test login succeeded');
  });

  it('starts only at the domain that it is for', async () => {
    const page = await browser.post(`${path.replace(signing.domain.id, 'other')}/test`, {});
    expect(page.status).to.equal(404);
  });

  it('shows who was found, and why they may not log in', async () => {
    const { id } = (await findUserByUserName(signing.deps.store.db, 'ada')) ?? { id: '' };
    expect((await test()).text)
      .to.contain('may log in: active, Intranet User')
      .and.contain('Ada Archer');
    await setActive(signing.deps, id, false);
    const { text } = await test();
    expect(text).to.contain('may not log in: the person is deactivated').and.contain('Ada Archer');
    expect((await test({ emailDomains: 'acme.org' })).text).to.contain('Cloud Directory may not log this person in');
  });

  it('finds the person also if an earlier check failed', async () => {
    const { text } = await test({}, { parts: late });
    expect(text).to.contain('conditions_not_yet_valid').and.contain('Ada Archer');
  });

  it('fills a proposal in on the form, which can be tested again and saved', async () => {
    const before = await saved();
    const failed = await test({ name: 'Cloud' }, { parts: opaque });
    expect(failed.text).to.contain('Match people by mail: this login would be Ada Archer.');
    const form = await browser.submit(failed, '/repair');
    expect(form.url).to.contain(path).and.contain('?test=');
    expect(form.text).to.contain('Filled in from the test, and not saved yet: name, attribute.');
    expect(fieldsOfForm(form.text, path)).to.include({ matchAttribute: 'mail', name: 'Cloud' });
    expect(await saved()).to.deep.equal(before);
    const passed = await test(fieldsOfForm(form.text, path), { parts: opaque });
    expect(passed.text).to.contain('Test login succeeded');
    await browser.post(path, fieldsOfForm(form.text, path));
    expect(await saved()).to.deep.include({ matchAttribute: 'mail' });
    const { tested } = await stateOfProvider(signing.deps.store.db, signing.domain, await provider());
    expect(tested.state).to.equal('current');
  });

  it('proposes a clock difference, and only what was shown', async () => {
    const failed = await test({}, { parts: late });
    expect(failed.text).to.contain('Allow a clock difference of 120 seconds');
    const repair = failed.forms.find(({ action }) => action.endsWith('/repair'));
    const other = await browser.post(repair?.action ?? '', { preview: 'Trust this certificate' });
    expect(other.text).to.contain('Nothing was changed');
    const form = await browser.submit(failed, '/repair');
    expect(fieldsOfForm(form.text, path)).to.include({ clockSkewSeconds: '120' });
  });

  it('tests again with the same form', async () => {
    const failed = await test({ matchAttribute: 'staffId' });
    const again = await answer(signing, browser, await browser.submit(failed, '/again'), {});
    expect(again.text).to.contain('one value of staffId').and.not.contain(failed.url);
  });

  it('shows its result to other Power Users without buttons, and its form to nobody else', async () => {
    const failed = await test({ name: 'Secret draft' }, { parts: opaque });
    const form = /href="([^"]*\?test=[^"]*)"/.exec(failed.text)?.[1] ?? '';
    await addPerson(signing.deps, { userName: 'otto', userType: 'Power User' });
    const otto = visitor(signing);
    await otto.post('/local-login', { userName: 'otto', password: testPassword, return: '/' });
    const seen = await otto.get(failed.url);
    expect(seen.text).to.contain('person_unknown').and.not.contain('/repair').and.not.contain('/again');
    expect((await otto.get(form)).text).not.to.contain('Secret draft');
    expect((await browser.get(form)).text).to.contain('Secret draft');
  });

  it('is shown as a state of the provider beside configured and active', async () => {
    const list = path.slice(0, path.lastIndexOf('/'));
    const domain = `/settings/security/saml/domains/${signing.domain.id}`;
    for (const page of [list, path, domain])
      expect((await browser.get(page)).text)
        .to.contain('Configured')
        .and.contain('Not tested')
        .and.contain('Active');
    await test();
    for (const page of [list, path, domain]) expect((await browser.get(page)).text).to.contain('>Tested<');
    await browser.post(path, { ...fieldsOfForm((await browser.get(path)).text, path), match: 'userName' });
    for (const page of [list, path, domain])
      expect((await browser.get(page)).text).to.contain('Tested before the last change');
    await setProviderDomains(signing.deps, signing.provider.id, []);
    expect((await browser.get(path)).text)
      .to.contain('Not configured: not used at')
      .and.contain('Not active');
  });

  it('tests metadata before it is imported, and imports it with the proposal that helped', async () => {
    const connected = await connect();
    const { deps, cloud, applicationId } = connected;
    await removeProvider(deps, connected.provider.id);
    await addPerson(deps, { userName: 'maya.koch', userType: 'Power User' });
    await addPerson(deps, { userName: 'anna', externalId: 'anna.berg@acme.example', givenName: 'Anna' });
    const user = visitor(connected);
    await user.post('/local-login', { userName: 'maya.koch', password: testPassword, return: '/' });
    deps.clock.advance(1); // so that the test is newer than this login
    const list = `/settings/security/saml/domains/${connected.domain.id}/identity-providers`;
    const preview = await user.post(list, { way: 'url', url: `${cloud.url}/saml2/${applicationId}/metadata` });
    const here = new URL(preview.url).pathname;
    const sent = await user.post(`${here}/test`, fieldsOfForm(preview.text, here));
    const [, url = ''] = /href="([^"]*SAMLRequest[^"]*)"/.exec(sent.text) ?? [];
    const login = await logIn(user, await user.get(url.replaceAll('&amp;', '&')), 'anna.berg');
    const failed = await deliver(user, login);
    expect(failed.text).to.contain('person_unknown').and.contain('which is not imported yet');
    expect(await listProviders(deps.store.db)).to.deep.equal([]);
    expect(await newestAttempt(connected)).to.include({ flow: 'test', providerId: null });
    const form = await user.submit(failed, '/repair');
    expect(form.text).to.contain('It is imported with the settings of the test: matched with.');
    await user.post(here, fieldsOfForm(form.text, here));
    const [imported] = await listProviders(deps.store.db);
    expect(imported?.settings).to.include({ match: 'externalId' });
  });

  async function submit(changes: Record<string, string>): Promise<Page> {
    const fields = fieldsOfForm((await browser.get(path)).text, path);
    return browser.post(`${path}/test`, { ...fields, ...changes });
  }

  async function test(changes: Record<string, string> = {}, fault: Fault = {}): Promise<Page> {
    return answer(signing, browser, await submit(changes), fault);
  }

  const provider = () => getProvider(signing.deps.store.db, signing.provider.id);
  const saved = async () => (await provider()).settings;
});
