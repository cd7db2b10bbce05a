import { expect } from 'chai';
import { type Sources, startForSources } from '../support/sources.ts';

const LOG = '/settings/profile-sources/log';

describe('admin/profile-sources/logEntry', () => {
  let setup: Sources;

  beforeEach(async () => {
    setup = await startForSources();
  });

  it('shows the changes and the body of a request as text', async () => {
    const { client, log } = setup;
    const id = await log({
      changes: [{ attribute: 'title', before: 'Clerk', after: '<b>Boss</b>' }],
      body: '{"title":"<b>Boss</b>","password":"***"}',
    });
    const page = (await client.get(`${LOG}/${id}`)).text;
    expect(page).to.contain('Person changed').and.to.contain('user_update_provision');
    expect(page).to.contain('Clerk').and.to.contain('&lt;b&gt;Boss&lt;/b&gt;').and.not.to.contain('<b>Boss');
    expect(page).to.contain('All requests for this record');
    expect((await client.get(`${LOG}/unknown`)).status).to.equal(404);
  });

  it('shows a truncated body as it is', async () => {
    const id = await setup.log({ body: '{"title": …' });
    expect((await setup.client.get(`${LOG}/${id}`)).text).to.contain('{&#34;title&#34;: …');
  });

  it('explains why a request was refused', async () => {
    const { client, log } = setup;
    const id = await log({ status: 401, sourceId: null, sourceName: null, event: null, detail: 'wrong_token' });
    const page = (await client.get(`${LOG}/${id}`)).text;
    expect(page).to.contain('Refused: request without a valid token').and.to.contain('No source has this token.');
    expect(page).to.contain('mono">wrong_token<');
    const invalid = await log({ status: 400, detail: 'userName is required.' });
    expect((await client.get(`${LOG}/${invalid}`)).text)
      .to.contain('Refused: person changed')
      .and.to.contain('userName is required.');
  });
});
