import { expect } from 'chai';
import { type ReasonCode, reasons } from '../../../src/federation/reasons.ts';
import { logoutChecks } from '../../../src/saml/logout/pipeline.ts';
import { createLogin, type LoginContext, refuse } from '../../../src/saml/verify/check.ts';
import { loginChecks, runAsyncChecks, runChecks } from '../../../src/saml/verify/pipeline.ts';
import { encode, honest } from '../corpus/hostile.ts';
import { contextWith, verifyField } from '../support/context.ts';

const all =
  Object.values<{ number: number; name: string; section: string; reasons: readonly ReasonCode[] }[]>(
    loginChecks,
  ).flat();

function newLogin(): LoginContext {
  return createLogin({ domainId: '', entityId: '', acsUrl: '', secretOf: () => undefined });
}

describe('loginChecks', () => {
  it('has a number for each that is used once: stored rows refer to it', () => {
    expect(all.map(({ number }) => number).toSorted((one, other) => one - other)).to.deep.equal(
      all.map((_, at) => at + 1),
    );
    const known = { 3: 'Base64', 13: 'Status', 31: 'Not used before', 36: 'Intranet access' };
    for (const [number, name] of Object.entries(known))
      expect(all.find((check) => check.number === Number(number))?.name).to.equal(name);
  });

  it('has unique names, and a section of a standard or a rule of its own for each', () => {
    expect(new Set(all.map(({ name }) => name)).size).to.equal(all.length);
    for (const { section } of all)
      expect(section).to.match(/^(saml-(core|bindings|profiles) \d|XML 1\.0|own (rule|limit)$)/);
  });

  it('lists every reason for refusing a SAML message, with the checks of logouts', () => {
    const listed = new Set([...all, ...Object.values(logoutChecks).flat()].flatMap(({ reasons }) => reasons));
    const factors = ['second_factor_wrong', 'too_many_codes', 'passkey_unknown', 'passkey_invalid', 'passkey_copied'];
    const local = ['password_wrong', 'local_login_forbidden', 'too_many_failures', ...factors];
    expect([...listed]).to.have.members(Object.keys(reasons).filter((reason) => !local.includes(reason)));
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
    const check = (name: string, run: () => string) => ({ number: 0, name, section: '', reads: [], reasons: [], run });
    const ran: string[] = [];
    const passes = check('passes', () => `${ran.push('passes')}`);
    const fails = check('fails', () => refuse('subject_missing'));
    runChecks(login, [passes, fails, passes]);
    runChecks(login, [passes]);
    await runAsyncChecks(login, [passes], undefined);
    expect(ran).to.deep.equal(['passes']);
    expect(login.refusal?.reason).to.equal('subject_missing');
  });

  it('does not treat another error as a refusal', async () => {
    const run = () => {
      throw new TypeError('a bug');
    };
    const broken = { number: 0, name: 'broken', section: '', reads: [], reasons: [], run };
    expect(() => runChecks(newLogin(), [broken])).to.throw(TypeError);
    const error = await runAsyncChecks(newLogin(), [broken], undefined).catch((caught: unknown) => caught);
    expect(error).to.be.instanceOf(TypeError);
  });
});
