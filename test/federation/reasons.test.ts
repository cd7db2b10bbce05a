import { expect } from 'chai';
import { type Explanation, explain, reasons } from '../../src/federation/reasons.ts';
import { refusalWords } from '../../src/federation/refusalWords.ts';
import type { LocalLogin } from '../../src/login/localLogin.ts';
import type { ReasonCode } from '../../src/saml/verify/verdict.ts';

// The types of this one line are the test: a reason without words does not compile.
const complete: Record<ReasonCode | (LocalLogin & { ok: false })['reason'], Explanation> = reasons;

describe('federation/reasons', () => {
  it('explains every reason in a title that goes on after "Refused:", and sentences of advice', () => {
    for (const [reason, { title, advice }] of Object.entries(complete)) {
      expect(title, reason)
        .to.match(/^[a-z{]/)
        .and.not.match(/[.]$/);
      expect(advice, reason).to.match(/^[A-Z{].*\.$/);
    }
  });

  it('names the provider, whatever it is called', () => {
    expect(explain('provider_status', '$& Cloud').title).to.equal('$& Cloud said no');
    expect(explain('person_unknown', undefined).advice).to.match(/^The identity provider signed them in\./);
  });

  it('shows a code that it does not know as it is', () => {
    expect(explain('constructor', 'Cloud')).to.deep.equal({ title: 'constructor', advice: '' });
  });

  it('has words without SAML for the person too', () => {
    for (const reason of Object.keys(complete)) {
      const { title, text } = refusalWords(reason, 'Cloud Directory');
      expect(`${title} ${text}`, reason).not.to.match(/SAML|assertion|metadata|NameID|Response/i);
    }
  });
});
