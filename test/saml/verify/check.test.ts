import { expect } from 'chai';
import { found, Refusal, refusalOf, refuse } from '../../../src/saml/verify/check.ts';
import { XmlError } from '../../../src/xml/error.ts';

describe('refuse', () => {
  it('cuts a received value to 200 characters', () => {
    expect(() => refuse('issuer_mismatch', { expected: 'a', received: 'x'.repeat(5_000) }))
      .to.throw(Refusal)
      .with.property('facts')
      .that.deep.equals({ expected: 'a', received: 'x'.repeat(200) });
  });
});

describe('refusalOf', () => {
  it('returns a Refusal as it is, and the Refusal that an XmlError means', () => {
    const refusal = new Refusal('subject_missing');
    expect(refusalOf(refusal)).to.equal(refusal);
    expect(refusalOf(new XmlError('xml_limit', 'too many nodes'))).to.include({ reason: 'xml_limit' });
    expect(refusalOf(new XmlError('xml_limit', 'too many nodes')).facts).to.deep.equal({ detail: 'too many nodes' });
    expect(refusalOf(new XmlError('message_too_large')).facts).to.deep.equal({});
  });

  it('throws any other error again', () => {
    expect(() => refusalOf(new TypeError('a bug'))).to.throw(TypeError);
  });
});

describe('found', () => {
  it('throws if the earlier check did not run, and accepts every other value', () => {
    expect(() => found(undefined)).to.throw('did not run');
    expect([found(''), found(0), found(null)]).to.deep.equal(['', 0, null]);
  });
});
