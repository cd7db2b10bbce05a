import { expect } from 'chai';
import type { LoginContext } from '../../../src/saml/verify/check.ts';
import { providerStatusOf } from '../../../src/saml/verify/contentChecks.ts';
import { contextWith, verifyField } from '../../saml/support/context.ts';
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

  async function launch(username: string): Promise<LoginContext> {
    const browser = createBrowser(provider.url);
    const metadata = (await browser.get(`/saml2/${id}/metadata`)).text;
    const page = await logIn(browser, await browser.get(`/saml2/${id}`), username);
    const context = contextWith({
      ...{ entityId: sp.entityId, acsUrl: sp.acsUrl, now: provider.clock.now },
      ...{ idpEntityId: `${provider.url}/saml2/${id}`, signingKeys: [certificateOf(metadata).publicKey] },
      ...{ decryptionKeys: [], expectedRequest: undefined },
      settings: { clockSkewSeconds: 0, idpInitiated: true },
    });
    return verifyField(page.forms[0]?.fields.SAMLResponse ?? '', context);
  }

  for (const sign of ['assertion', 'response', 'both'])
    it(`pass every check with these parts signed: ${sign}`, async () => {
      await saveSso(provider.admin, id, { sign });
      const { refusal, content } = await launch('anna.berg');
      expect([refusal, content?.nameId?.value]).to.deep.equal([undefined, 'anna.berg@acme.example']);
      expect(content?.attributes.get('memberOf')).to.deep.equal(['Employees', 'Marketing']);
    });

  it('are recognized as refusals by the provider', async () => {
    const { refusal, root } = await launch('eli.haddad');
    expect(refusal?.reason).to.equal('provider_status');
    expect(root && providerStatusOf(root).subCode).to.match(/:RequestDenied$/);
  });
});
