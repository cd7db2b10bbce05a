import { expect } from 'chai';
import { mappingOf } from '../../../src/sources/ownership.ts';
import { getSource } from '../../../src/sources/profileSources.ts';
import { findUserByUserName } from '../../../src/store/users.ts';
import { errorOf, fieldsOfForm } from '../support/formFields.ts';
import { type Sources, startForSources } from '../support/sources.ts';

describe('admin/profile-sources/mapping', () => {
  let setup: Sources;
  let path: string;
  let id: string;

  beforeEach(async () => {
    setup = await startForSources();
    ({ id } = await setup.add('JumpCloud'));
    path = `/settings/profile-sources/scim/${id}/mapping`;
  });

  it('saves rules, shows them, and removes a line that is cleared', async () => {
    const rules = { '0.from': 'costCode', '0.to': 'costCenter', '1.from': 'urn:acme:2.0:User:desk', '1.to': 'ignore' };
    expect((await setup.client.follow(await save(rules))).text).to.contain('Saved: mapping.');
    expect(await stored()).to.deep.equal([
      { from: 'costCode', to: 'costCenter' },
      { from: 'urn:acme:2.0:User:desk', to: '' },
    ]);
    const form = await fields();
    expect([form['0.from'], form['0.to'], form['1.from'], form['1.to']]).to.deep.equal([
      'costCode',
      'costCenter',
      'urn:acme:2.0:User:desk',
      '',
    ]);
    expect((await setup.client.follow(await save({ ...form, '1.to': 'ignore' }))).text).to.contain(
      'No changes to save.',
    );
    await save({ ...form, '0.from': '', '0.to': 'ignore', '1.to': 'ignore' });
    expect(await stored()).to.deep.equal([{ from: 'urn:acme:2.0:User:desk', to: '' }]);
  });

  it('shows errors at their lines, keeps the input, and stores nothing', async () => {
    const refused = await save({
      '0.from': 'costCode',
      '0.to': 'userName',
      '1.from': 'a b',
      '1.to': 'division',
      text: '{"x":1}',
    });
    expect(refused.status).to.equal(422);
    expect(errorOf(refused.text, '0.to')).to.match(/^User name tells who a person is/);
    expect(errorOf(refused.text, '1.from')).to.match(/^Enter a name such as/);
    expect(refused.text).to.contain('value="a b"').and.to.contain('{&#34;x&#34;:1}');
    expect(await stored()).to.deep.equal([]);
  });

  it('tries out a request with rules that are not saved, and stores nothing', async () => {
    const text = JSON.stringify({ userName: 'anna.berg', costCode: 'CC-7' });
    const page = await tryOut({ '0.from': 'costCode', '0.to': 'costCenter', text });
    expect(page.status).to.equal(200);
    expect(page.text).to.contain('The request would be accepted.').and.to.contain('>CC-7</td>');
    expect(page.text).to.contain('enterprise:2.0:User:costCenter');
    expect(await stored()).to.deep.equal([]);
    expect(await findUserByUserName(setup.anteroom.deps.store.db, 'anna.berg')).to.equal(undefined);
  });

  it('says what is wrong with a broken request', async () => {
    const broken = await tryOut({ text: '{"userName":' });
    expect([broken.status, errorOf(broken.text, 'text')]).to.deep.equal([
      422,
      'The body is not valid JSON in UTF-8. Paste the body as the client sends it.',
    ]);
    const missing = await tryOut({ text: '{}', request: 'nobody' });
    expect(missing.text).to.contain('No person has this user name.');
    expect((await tryOut({ text: '{"userName":"maya.koch"}' })).text).to.contain('This userName is already taken.');
  });

  it('takes a request from the SCIM log', async () => {
    const body = JSON.stringify({ userName: 'anna.berg' });
    const entry = await setup.log({ sourceId: id, method: 'POST', path: '/Users', body });
    const log = (await setup.client.get(`/settings/profile-sources/log/${entry}`)).text;
    const link = `${path}?request=${entry}`;
    expect(log).to.contain(`href="${link}#try-out"`);
    const form = fieldsOfForm((await setup.client.get(link)).text, path);
    expect([form.text, form.request]).to.deep.equal([body, 'POST /Users']);
    expect((await tryOut(form)).text).to.contain('The request would be accepted.');
  });

  const fields = async () => fieldsOfForm((await setup.client.get(path)).text, path);
  const save = (entered: Record<string, string>) => setup.client.post(path, { rules: '5', ...entered });
  const tryOut = (entered: Record<string, string>) => setup.client.post(`${path}/try-out`, { rules: '5', ...entered });
  const stored = async () => mappingOf(await getSource(setup.anteroom.deps, id));
});
