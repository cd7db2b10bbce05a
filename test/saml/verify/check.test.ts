import { expect } from 'chai';
import {
  check,
  createLogin,
  found,
  type LoginContext,
  Refusal,
  refusalOf,
  refuse,
  runAsyncChecks,
  runChecks,
} from '../../../src/saml/verify/check.ts';
import { XmlError } from '../../../src/xml/error.ts';
import { encode, honest } from '../corpus/hostile.ts';
import { contextWith, verifyField } from '../support/context.ts';

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

describe('runChecks', () => {
  it('stops at the first check that fails, which is refused with its facts', () => {
    const login = verifyField(encode(honest()), contextWith({ acsUrl: 'https://intranet.acme.com/other' }));
    expect(login.results.at(-1)).to.deep.equal({
      name: 'Destination',
      result: 'refused',
      expected: 'https://intranet.acme.com/other',
      received: 'https://intranet.acme.com/saml/acs',
    });
    expect(login.results.slice(0, -1).every(({ result }) => result === 'passed')).to.equal(true);
  });

  it('runs nothing after a check failed', async () => {
    const login = newLogin();
    const ran: string[] = [];
    const passes = check(0, 'passes', '', () => `${ran.push('passes')}`);
    const fails = check(0, 'fails', '', () => refuse('subject_missing'));
    runChecks(login, [passes, fails, passes]);
    runChecks(login, [passes]);
    await runAsyncChecks(login, [passes], undefined);
    expect(ran).to.deep.equal(['passes']);
    expect(login.refusal?.reason).to.equal('subject_missing');
  });

  it('does not treat another error as a refusal', async () => {
    const broken = check(0, 'broken', '', () => {
      throw new TypeError('a bug');
    });
    expect(() => runChecks(newLogin(), [broken])).to.throw(TypeError);
    const error = await runAsyncChecks(newLogin(), [broken], undefined).catch((caught: unknown) => caught);
    expect(error).to.be.instanceOf(TypeError);
  });
});

function newLogin(): LoginContext {
  return createLogin({ domainId: '', entityId: '', acsUrl: '', secretOf: () => undefined });
}
