import { expect } from 'chai';
import { readResponse, verifyResponse } from '../../../src/saml/verify/response.ts';
import type { Verdict } from '../../../src/saml/verify/verdict.ts';
import { createBrowser } from '../support/browser.ts';
import { addIntranet, logIn, saveSso, sp, startTestProvider, type TestProvider } from '../support/portal.ts';
import { certificateOf } from '../support/verifySignature.ts';

describe('SAML responses of Cloud Directory, verified by Anteroom', () => {
  let provider: TestProvider;
  let id: string;

  beforeEach(async () => {
    provider = await startTestProvider();
    id = await addIntranet(provider);
  });
  afterEach(() => provider.close());

  async function launch(username: string): Promise<Verdict> {
    const browser = createBrowser(provider.url);
    const metadata = (await browser.get(`/saml2/${id}/metadata`)).text;
    const page = await logIn(browser, await browser.get(`/saml2/${id}`), username);
    const read = readResponse(page.forms[0]?.fields.SAMLResponse ?? '');
    if (!read.ok) return read;
    return verifyResponse(read.response, {
      ...{ entityId: sp.entityId, acsUrl: sp.acsUrl, now: provider.clock.now },
      ...{ decryptionKeys: [], request: undefined },
      provider: {
        entityId: `${provider.url}/saml2/${id}`,
        signingKeys: [certificateOf(metadata).publicKey],
        ...{ clockSkewMs: 0, allowSha1: false, idpInitiated: true, subjectAttribute: undefined },
      },
    });
  }

  for (const sign of ['assertion', 'response', 'both'])
    it(`pass every check with these parts signed: ${sign}`, async () => {
      await saveSso(provider.admin, id, { sign });
      const verdict = await launch('anna.berg');
      expect(verdict.ok && verdict.assertion.nameId?.value).to.equal('anna.berg@acme.example');
      expect(verdict.ok && verdict.assertion.attributes.get('memberOf')).to.deep.equal(['Employees', 'Marketing']);
    });

  it('are recognized as refusals by the provider', async () => {
    const verdict = await launch('eli.haddad');
    expect(verdict).to.include({ ok: false, reason: 'provider_status' });
    expect(!verdict.ok && verdict.providerStatus?.subCode).to.match(/:RequestDenied$/);
  });
});
