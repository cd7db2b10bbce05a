import { expect } from 'chai';
import { type Explanation, explain, type ReasonCode, reasons } from '../../src/federation/reasons.ts';
import { refusalMessage } from '../../src/federation/refusalMessages.ts';
import type { LocalLogin } from '../../src/login/localLogin.ts';

// The type of this line is the test: a reason without an explanation does not compile.
const complete: Record<ReasonCode | (LocalLogin & { ok: false })['reason'], Explanation> = reasons;

describe('federation/reasons', () => {
  it('explains every reason with a title that continues "Refused:", and with sentences of advice', () => {
    for (const [reason, { title, advice }] of Object.entries(complete)) {
      expect(title, reason)
        .to.match(/^[a-z{]/)
        .and.not.match(/[.]$/);
      expect(advice, reason).to.match(/^[A-Z{].*\.$/);
    }
  });

  it('fills in any provider name', () => {
    expect(explain('provider_status', '$& Cloud').title).to.equal('$& Cloud refused the login');
    expect(explain('person_unknown', 'samlp').advice).to.match(/^samlp logged them in\./);
    expect(explain('person_unknown', undefined).advice).to.match(/^The identity provider logged them in\./);
  });

  it('shows an unknown code as it is', () => {
    expect(explain('constructor', 'Cloud')).to.deep.equal({ title: 'constructor', advice: '' });
  });

  it('has a message without SAML terms for the person', () => {
    for (const reason of Object.keys(complete)) {
      const { title, text } = refusalMessage(reason, 'Cloud Directory');
      expect(`${title} ${text}`, reason).not.to.match(/SAML|assertion|metadata|NameID|Response/i);
    }
  });
});
