import { expect } from 'chai';
import type { ReasonCode } from '../../../src/federation/reasons.ts';
import { providerStatusOf, usableUntil } from '../../../src/saml/verify/contentChecks.ts';
import { encode, signedLie, swap } from '../corpus/hostile.ts';
import { ACS_URL, contextWith, NOW, REQUEST_ID, type VerifyContext, verifyField } from '../support/context.ts';
import { at, confirmation, honestParts, type MessageParts, nameId, PERSON, subject } from '../support/message.ts';

const { prefixes } = honestParts();

type Change = (parts: MessageParts) => Partial<MessageParts>;

function verifyWith(change: Change, context?: VerifyContext) {
  return verifyField(encode(signedLie(change, 'both')), context);
}

/** An xs:dateTime so many milliseconds from NOW. */
function time(offset: number): string {
  return new Date(NOW + offset).toISOString();
}

function bearer(attributes: string): string {
  return subject(prefixes, nameId(prefixes, PERSON) + confirmation(prefixes, attributes));
}

const conditions =
  (from: number, until: number): Change =>
  ({ conditions }) => ({
    conditions: swap(
      conditions,
      /NotBefore="[^"]*" NotOnOrAfter="[^"]*"/,
      `NotBefore="${time(from)}" NotOnOrAfter="${time(until)}"`,
    ),
  });
const confirmed =
  (from: number, until: number): Change =>
  () => ({
    subject: bearer(
      `InResponseTo="${REQUEST_ID}" NotBefore="${time(from)}" NotOnOrAfter="${time(until)}" Recipient="${ACS_URL}"`,
    ),
  });
const sessionUntil =
  (until: number): Change =>
  ({ authnStatement }) => ({
    authnStatement: swap(authnStatement, /SessionNotOnOrAfter="[^"]*"/, `SessionNotOnOrAfter="${time(until)}"`),
  });
const issuedAt =
  (instant: number): Change =>
  ({ assertionAttributes }) => ({
    assertionAttributes: swap(assertionAttributes, /IssueInstant="[^"]*"/, `IssueInstant="${time(instant)}"`),
  });
const authnAt =
  (instant: number): Change =>
  ({ authnStatement }) => ({
    authnStatement: swap(authnStatement, /AuthnInstant="[^"]*"/, `AuthnInstant="${time(instant)}"`),
  });

describe('the checks of times', () => {
  // By skew in milliseconds: the last time that passes, and the first that is refused, relative to now.
  const boundaries: [string, (skew: number) => [Change, Change], ReasonCode][] = [
    [
      'NotBefore of Conditions',
      (skew) => [conditions(skew, skew + 1), conditions(skew + 1, skew + 2)],
      'conditions_not_yet_valid',
    ],
    [
      'NotOnOrAfter of Conditions',
      (skew) => [conditions(-900_000, 1 - skew), conditions(-900_000, -skew)],
      'conditions_expired',
    ],
    [
      'NotBefore of a confirmation',
      (skew) => [confirmed(skew, skew + 1), confirmed(skew + 1, skew + 2)],
      'confirmation_expired',
    ],
    [
      'NotOnOrAfter of a confirmation',
      (skew) => [confirmed(-900_000, 1 - skew), confirmed(-900_000, -skew)],
      'confirmation_expired',
    ],
    ['SessionNotOnOrAfter', (skew) => [sessionUntil(1 - skew), sessionUntil(-skew)], 'session_expired'],
    ['IssueInstant', (skew) => [issuedAt(skew), issuedAt(skew + 1)], 'issued_in_future'],
    ['AuthnInstant', (skew) => [authnAt(skew), authnAt(skew + 1)], 'issued_in_future'],
  ];
  for (const [name, changes, reason] of boundaries)
    for (const clockSkewSeconds of [0, 60, 300])
      it(`apply a skew of ${clockSkewSeconds} seconds to ${name}, to the millisecond`, () => {
        const context = contextWith({ settings: { clockSkewSeconds } });
        const [good, bad] = changes(clockSkewSeconds * 1_000);
        expect(verifyWith(good, context).refusal?.reason).to.equal(undefined);
        expect(verifyWith(bad, context).refusal?.reason).to.equal(reason);
      });

  for (const clockSkewSeconds of [0, 60])
    it(`apply a skew of ${clockSkewSeconds} seconds to ForceAuthn, to the millisecond`, () => {
      const issued = -90_000;
      const expectedRequest = { id: REQUEST_ID, forceAuthn: true, issuedAt: NOW + issued };
      const context = contextWith({ expectedRequest, settings: { clockSkewSeconds } });
      const earliest = issued - clockSkewSeconds * 1_000;
      expect(verifyWith(authnAt(earliest), context).refusal?.reason).to.equal(undefined);
      expect(verifyWith(authnAt(earliest - 1), context).refusal?.reason).to.equal('authn_too_old');
    });

  it('refuse an empty interval that the skew would let pass', () => {
    expect(verifyWith(conditions(0, 0)).refusal?.reason).to.equal('conditions_expired');
    expect(verifyWith(confirmed(0, 0)).refusal?.reason).to.equal('confirmation_expired');
  });
});

describe('the ACS URLs of a domain', () => {
  const own = { acsUrl: 'https://intranet.acme.com/sso/acs' };

  it('are the published one and, beside it, the default', () => {
    const login = verifyWith(() => ({}), { ...contextWith(own), defaultAcsUrl: ACS_URL });
    expect(login.refusal).to.equal(undefined);
    expect(verifyWith(() => ({}), contextWith(own)).refusal?.reason).to.equal('destination_mismatch');
  });

  it('name the published one as expected', () => {
    const context = { ...contextWith(own), defaultAcsUrl: 'https://intranet.acme.com/other' };
    expect(verifyWith(() => ({}), context).refusal?.facts).to.include({ expected: own.acsUrl, received: ACS_URL });
  });
});

describe('usableUntil', () => {
  it('is the end of the Conditions if that is earlier than the end of the confirmation, plus the skew', () => {
    expect(usableUntil(verifyWith(conditions(-30_000, 30_000)))).to.equal(NOW + 30_000 + 60_000);
  });

  it('is the end of the last confirmation, plus the skew', () => {
    const each = (seconds: number) =>
      confirmation(prefixes, `InResponseTo="${REQUEST_ID}" NotOnOrAfter="${at(seconds)}" Recipient="${ACS_URL}"`);
    const several = subject(prefixes, nameId(prefixes, PERSON) + each(20) + each(200) + each(100));
    expect(usableUntil(verifyWith(() => ({ subject: several })))).to.equal(NOW + 200_000 + 60_000);
  });
});

describe('providerStatusOf', () => {
  it('returns what the provider said when it refused the login', () => {
    const value = (name: string) => `Value="urn:oasis:names:tc:SAML:2.0:status:${name}"`;
    const code = `<samlp:StatusCode ${value('Responder')}><samlp:StatusCode ${value('AuthnFailed')}/></samlp:StatusCode>`;
    const status = `<samlp:Status>${code}<samlp:StatusMessage>The person pressed Cancel</samlp:StatusMessage></samlp:Status>`;
    const { refusal, root } = verifyWith(() => ({ status }));
    expect(refusal?.reason).to.equal('provider_status');
    expect(root && providerStatusOf(root)).to.deep.equal({
      code: 'urn:oasis:names:tc:SAML:2.0:status:Responder',
      subCode: 'urn:oasis:names:tc:SAML:2.0:status:AuthnFailed',
      message: 'The person pressed Cancel',
    });
  });
});

describe('what a response lacks', () => {
  const lacking: [string, Change, ReasonCode, string][] = [
    [
      'a Destination',
      ({ responseAttributes }) => ({ responseAttributes: swap(responseAttributes, / Destination="[^"]*"/, '') }),
      'destination_mismatch',
      'no_destination',
    ],
    [
      'a Destination that is not empty',
      ({ responseAttributes }) => ({ responseAttributes: swap(responseAttributes, /(?<=Destination=")[^"]*/, '') }),
      'destination_mismatch',
      'no_destination',
    ],
    ['an Issuer of the response', () => ({ responseIssuer: '' }), 'issuer_mismatch', 'no_issuer'],
    [
      'NotOnOrAfter of the confirmation',
      () => ({ subject: bearer(`InResponseTo="${REQUEST_ID}" Recipient="${ACS_URL}"`) }),
      'confirmation_expired',
      'no_end',
    ],
  ];
  for (const [name, change, reason, cause] of lacking)
    it(`is named as the cause, not as a wrong value: ${name}`, () => {
      const { refusal } = verifyWith(change);
      expect(refusal?.reason).to.equal(reason);
      expect(refusal?.facts.cause).to.equal(cause);
    });
});
