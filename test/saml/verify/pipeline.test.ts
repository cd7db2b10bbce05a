import { expect } from 'chai';
import { type ReasonCode, reasons } from '../../../src/federation/reasons.ts';
import { logoutChecks } from '../../../src/saml/logout/pipeline.ts';
import { loginChecks } from '../../../src/saml/verify/pipeline.ts';

const all =
  Object.values<{ number: number; name: string; section: string; reasons: readonly ReasonCode[] }[]>(
    loginChecks,
  ).flat();

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
