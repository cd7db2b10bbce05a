import { SAML } from '@node-saml/node-saml';
import { expect } from 'chai';
import { honestCases } from '../corpus/honest.ts';
import { ACS_URL, ENTITY_ID, IDP } from '../support/context.ts';
import { domain, domainNext, provider, providerNext } from '../support/keys.ts';

// node-saml supports only RSA with SHA-1, 256 and 512, RSA-OAEP by its older name with SHA-1, assertions encrypted with all their namespaces,
// and the NameID as the person.
const BEYOND =
  /RSA-PSS|SHA384|ECDSA|implicit|OAEP|Keycloak, .*encrypted|encrypted in place|mapped attribute|byte order mark/;

describe('node-saml', () => {
  const { warn } = console;
  // It warns about AES-CBC for every message.
  before(() => {
    console.warn = () => {};
  });
  after(() => {
    console.warn = warn;
  });

  for (const { name, field, person } of honestCases().filter((honest) => !BEYOND.test(honest.name))) {
    it(`reads the same person: ${name}`, async () => {
      const outcomes = await Promise.all(
        [domain, domainNext].map(({ privateKey }) =>
          nameIdBy(field, privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()),
        ),
      );
      expect(
        outcomes.map((outcome) => outcome.nameId),
        outcomes.map((outcome) => outcome.error).join(),
      ).to.include(person);
    });
  }
});

async function nameIdBy(field: string, decryptionPvk: string): Promise<{ nameId?: string; error?: string }> {
  const saml = new SAML({
    issuer: ENTITY_ID,
    audience: ENTITY_ID,
    callbackUrl: ACS_URL,
    idpIssuer: IDP,
    idpCert: [provider, providerNext].map(({ publicKey }) =>
      publicKey.export({ format: 'pem', type: 'spki' }).toString(),
    ),
    decryptionPvk,
    acceptedClockSkewMs: -1,
    wantAssertionsSigned: false,
    wantAuthnResponseSigned: false,
  });
  try {
    const { profile } = await saml.validatePostResponseAsync({ SAMLResponse: field });
    return { nameId: profile?.nameID ?? '' };
  } catch (error) {
    return { error: String(error) };
  }
}
