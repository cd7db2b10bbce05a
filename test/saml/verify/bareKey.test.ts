import { createPublicKey } from 'node:crypto';
import { expect } from 'chai';
import { describePublicKey } from '../../../src/federation/certificate.ts';
import { updateProvider } from '../../../src/store/identityProviders.ts';
import { addPerson } from '../../support/anteroom.ts';
import { connect, deliver, goThroughProvider, visitor } from '../../support/connect.ts';

describe('a provider that publishes a bare key', () => {
  it('signs people in as one with a certificate does', async () => {
    const connected = await connect();
    const { deps, provider } = connected;
    const key = createPublicKey(provider.facts.certificates[0]?.pem ?? '');
    const pem = key.export({ type: 'spki', format: 'pem' }).toString();
    const certificates = [{ pem, subject: '', ...describePublicKey(key) }];
    await updateProvider(deps.store.db, { ...provider, facts: { ...provider.facts, certificates } });
    await addPerson(deps, { userName: 'anna.berg', email: 'anna.berg@acme.example' });
    const browser = visitor(connected);
    const answer = await goThroughProvider(browser, `/saml/login/${provider.id}?return=/profile`, 'anna.berg');
    expect((await deliver(browser, answer)).url).to.equal(`${connected.url}/profile`);
  });
});
