import { expect } from 'chai';
import {
  canonicalForm,
  digestAlgorithm,
  fittingKeys,
  signatureAlgorithm,
} from '../../../src/saml/verify/algorithms.ts';
import { ecProvider, provider } from '../support/keys.ts';

const MORE = 'http://www.w3.org/2001/04/xmldsig-more#';
const DS = 'http://www.w3.org/2000/09/xmldsig#';

function refusedAs(run: () => unknown, cause?: string): void {
  expect(run)
    .to.throw()
    .and.deep.include({ reason: 'algorithm_forbidden' })
    .and.have.nested.property('facts.cause', cause);
}

describe('signatureAlgorithm', () => {
  it('accepts SHA-1 only if it is allowed', () => {
    refusedAs(() => signatureAlgorithm(`${DS}rsa-sha1`, false), 'sha1');
    expect(signatureAlgorithm(`${DS}rsa-sha1`, true).hash).to.equal('sha1');
  });

  it('refuses an algorithm that is not on the list, such as a symmetric one', () => {
    for (const identifier of [`${DS}hmac-sha1`, `${MORE}hmac-sha256`, `${MORE}rsa-md5`, '', 'constructor'])
      refusedAs(() => signatureAlgorithm(identifier, true));
  });

  it('does not advise to allow SHA-1 where that would not help', () => {
    for (const identifier of [`${DS}dsa-sha1`, `${MORE}ecdsa-sha1`, `${MORE}rsa-sha1`])
      refusedAs(() => signatureAlgorithm(identifier, false));
  });
});

describe('digestAlgorithm', () => {
  it('accepts SHA-1 only if it is allowed, and refuses unknown digests', () => {
    refusedAs(() => digestAlgorithm(`${DS}sha1`, false), 'sha1_digest');
    expect(digestAlgorithm(`${DS}sha1`, true)).to.equal('sha1');
    refusedAs(() => digestAlgorithm(`${MORE}md5`, true), 'digest');
  });
});

describe('canonicalForm', () => {
  it('says what a form must not meet to be the same as one without comments', () => {
    expect(canonicalForm('http://www.w3.org/2001/10/xml-exc-c14n#')).to.deep.equal({ exclusive: true });
    expect(canonicalForm('http://www.w3.org/2001/10/xml-exc-c14n#WithComments')).to.include({ withComments: true });
    expect(canonicalForm('http://www.w3.org/2006/12/xml-c14n11')).to.include({ withoutXmlAttributes: true });
    expect(canonicalForm('http://www.w3.org/2006/12/xml-c14n')).to.equal(undefined);
  });
});

describe('fittingKeys', () => {
  it('returns the keys of the type that an algorithm needs', () => {
    const keys = [provider.publicKey, ecProvider.publicKey];
    expect(fittingKeys(keys, signatureAlgorithm(`${MORE}rsa-sha256`, false))).to.deep.equal([provider.publicKey]);
    expect(fittingKeys(keys, signatureAlgorithm(`${MORE}ecdsa-sha256`, false))).to.deep.equal([ecProvider.publicKey]);
  });
});
