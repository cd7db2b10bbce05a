import { X509Certificate } from 'node:crypto';
import { expect } from 'chai';
import { addDomain, setUpDomain } from '../../../src/federation/domains.ts';
import { listDomains } from '../../../src/store/domains.ts';
import { writeSession } from '../../../src/store/sessions.ts';
import { type Anteroom, addPerson, startAnteroom } from '../../support/anteroom.ts';
import { type Client, logInLocally } from '../../support/client.ts';
import { aSession } from '../../support/rows.ts';

const SAML = '/settings/security/saml';

describe('admin/samlDomains', () => {
  let anteroom: Anteroom;
  let client: Client;

  beforeEach(async () => {
    anteroom = await startAnteroom();
    await addPerson(anteroom.deps, { userName: 'maya.koch', userType: 'Power User' });
    client = await logInLocally(anteroom);
  });

  it('adds a domain, or says why not and keeps what was typed', async () => {
    for (const [url, sentence] of [
      ['intranet', 'Enter scheme and host'],
      ['https://de.acme.com/path', 'Leave the path out: https://de.acme.com'],
      [anteroom.url, 'in the list already'],
    ] as const) {
      const answer = await client.post(`${SAML}/domains/new`, { url });
      expect(answer.status).to.equal(422);
      expect(answer.text).to.contain(sentence).and.contain(`value="${url}"`);
    }
    const added = await client.post(`${SAML}/domains/new`, { url: 'https://de.acme.com' });
    expect((await client.follow(added)).text).to.contain('https://de.acme.com was added. Next: Setup Domain.');
  });

  it('gives the certificate away once there is one', async () => {
    const id = await firstDomain();
    expect((await client.get(`${SAML}/domains/${id}/certificate`)).status).to.equal(303);
    await setUpDomain(anteroom.deps, id);
    const page = await client.get(`${SAML}/domains/${id}`);
    const file = await client.get(`${SAML}/domains/${id}/certificate`);
    expect(file.headers.get('content-disposition')).to.equal('attachment; filename=localhost.pem');
    expect(page.text).to.contain(new X509Certificate(file.text).fingerprint256);
  });

  it('removes a domain when its host is typed, and ends the sessions there', async () => {
    const { deps } = anteroom;
    const other = await addDomain(deps, 'https://de.acme.com');
    const id = other.ok ? other.value.id : '';
    const person = await addPerson(deps, { userName: 'anna.berg' });
    await writeSession(deps.store.db, aSession(person.id, { domainId: id, expiresAt: deps.now() + 1 }));
    const path = `${SAML}/domains/${id}/removal`;
    expect((await client.get(path)).text).to.contain('It signs 1 person out at once.');
    const wrong = await client.post(path, { typed: 'acme.com' });
    expect([wrong.status, wrong.text.includes('value="acme.com"')]).to.deep.equal([422, true]);
    const removed = await client.post(path, { typed: 'de.acme.com' });
    expect((await client.follow(removed)).text).to.contain('de.acme.com was removed.');
    expect(await listDomains(deps.store.db)).to.have.length(1);
    const left = await deps.store.db.selectFrom('sessions').select('id').where('domainId', '=', id).execute();
    expect(left).to.deep.equal([]);
  });

  it('does not remove the domain at which the Power User is', async () => {
    await addDomain(anteroom.deps, 'https://de.acme.com');
    const path = `${SAML}/domains/${await firstDomain()}/removal`;
    const answer = await client.post(path, { typed: new URL(anteroom.url).host });
    expect(answer.status).to.equal(422);
    expect(answer.text).to.contain('You are at this domain now.');
    expect(await listDomains(anteroom.deps.store.db)).to.have.length(2);
  });

  it('has nothing at a domain that is not there', async () => {
    for (const path of ['', '/removal', '/certificate', '/identity-providers'])
      expect((await client.get(`${SAML}/domains/nothing${path}`)).status, path).to.equal(404);
    expect((await client.get(`${SAML}/domains/%00`)).status).to.equal(404);
  });

  async function firstDomain(): Promise<string> {
    const domains = await listDomains(anteroom.deps.store.db);
    return domains.find(({ url }) => url === anteroom.url)?.id ?? '';
  }
});
