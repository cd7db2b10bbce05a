import { expect } from 'chai';
import { activityRow } from '../../../src/saml/acs/activity.ts';
import type { LoginResult } from '../../../src/saml/acs/receive.ts';
import { checksOf } from '../../../src/saml/checkResults.ts';
import { found, type LoginContext } from '../../../src/saml/verify/check.ts';
import { loginChecks } from '../../../src/saml/verify/pipeline.ts';
import { aUser } from '../../support/rows.ts';
import { encode, honest, signedLie, swap } from '../corpus/hostile.ts';
import { contextWith, verifyField } from '../support/context.ts';

const client = { network: '192.0.2.1', userAgent: 'a browser' };
const names = Object.values<{ name: string }[]>(loginChecks).flatMap((checks) => checks.map(({ name }) => name));

function resultOf(login: LoginContext): LoginResult {
  const { refusal, provider, request, relayState } = login;
  const next = { healed: undefined, returnPath: '/' };
  if (refusal) return { ok: false, activityId: 'A', reason: refusal.reason, reference: '7F3K-Q2MD', provider, ...next };
  const [user, assertion] = [found(login.user), found(login.content)];
  const origin = { request, relayState, asksToSwitch: false, checksCookies: false };
  return { ok: true, activityId: 'A', user, provider: found(provider), assertion, ...origin };
}

describe('activityRow', () => {
  it('records an accepted login: who, by which provider, from where, how it started, and every check', () => {
    const login = Object.assign(verifyField(encode(honest())), { user: aUser(), assertedName: 'ada@acme.com' });
    const row = activityRow(login, resultOf(login), client);
    expect(row).to.deep.include({
      id: 'A',
      reference: null,
      at: login.now,
      flow: 'sp',
      outcome: 'logged_in',
      reason: null,
      providerId: login.provider?.id,
      userId: login.user?.id,
      asserted: 'ada@acme.com',
      network: '192.0.2.1',
    });
    expect(checksOf(row).map(({ name }) => name)).to.deep.equal(login.results.map(({ name }) => name));
    expect(checksOf(row).every(({ result }) => result === 'passed')).to.equal(true);
    expect(checksOf(row)).to.deep.include({ name: 'Assertion', result: 'passed', detail: '_assertion0001' });
  });

  it('records an IdP-initiated login as such', () => {
    const xml = signedLie((parts) => {
      const responseAttributes = swap(parts.responseAttributes, / InResponseTo="[^"]*"/, '');
      return { responseAttributes, subject: swap(parts.subject, /InResponseTo="[^"]*" /, '') };
    }, 'assertion');
    const login = verifyField(
      encode(xml),
      contextWith({ expectedRequest: undefined, settings: { idpInitiated: true } }),
    );
    Object.assign(login, { user: aUser() });
    expect(activityRow(login, resultOf(login), client).flow).to.equal('idp');
  });

  it('records a refusal with its reason, its reference and the check that failed', () => {
    const login = verifyField('!');
    const row = activityRow(login, resultOf(login), client);
    expect(row).to.deep.include({ outcome: 'refused', reason: 'base64_invalid', reference: '7F3K-Q2MD', userId: null });
    const checks = checksOf(row);
    expect(checks.map(({ name }) => name)).to.have.members(names);
    expect(checks.find(({ result }) => result === 'refused')?.name).to.equal('Base64');
    expect(checks.at(-1)).to.deep.equal({ name: names.at(-1), result: 'not_reached' });
  });

  it('records the status if the provider refused the login', () => {
    const status =
      '<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Responder"/><samlp:StatusMessage>No</samlp:StatusMessage></samlp:Status>';
    const login = verifyField(encode(signedLie(() => ({ status }), 'response')));
    expect(activityRow(login, resultOf(login), client).detail.providerStatus).to.deep.equal({
      code: 'urn:oasis:names:tc:SAML:2.0:status:Responder',
      subCode: undefined,
      message: 'No',
    });
    const other = verifyField('!');
    expect(activityRow(other, resultOf(other), client).detail.providerStatus).to.equal(undefined);
  });

  it('stores an accepted login with its checks in 600 octets', () => {
    const login = Object.assign(verifyField(encode(honest())), { user: aUser(), assertedName: 'ada@acme.com' });
    const row = activityRow(login, resultOf(login), client);
    expect(JSON.stringify(row.detail).length).to.be.below(400);
  });

  it('shows the checks of a trial version by the names that it stored', () => {
    const login = verifyField('!');
    const refused = { name: 'Issuer', result: 'refused', expected: 'a', received: 'b' } as const;
    const later = { name: 'Audience', result: 'not_reached' } as const;
    const row = activityRow(login, resultOf(login), client);
    const detail = { ...row.detail, checks: [['Size'], ['Status', 'Success'], refused, later] } as typeof row.detail;
    expect(checksOf({ ...row, detail })).to.deep.equal([
      { name: 'Size', result: 'passed' },
      { name: 'Status', result: 'passed', detail: 'Success' },
      refused,
      later,
    ]);
  });

  it('cuts a name to 256 characters', () => {
    const login = Object.assign(verifyField('!'), { assertedName: 'x'.repeat(1_000) });
    expect(activityRow(login, resultOf(login), client).asserted).to.have.length(256);
  });
});
