import { expect } from 'chai';
import { durationText } from '../../../src/saml/verify/clock.ts';
import { encode, signedLie, swap } from '../corpus/hostile.ts';
import { contextWith, verifyField } from '../support/context.ts';
import { at } from '../support/message.ts';

describe('durationText', () => {
  for (const [seconds, text] of [
    [0, '1 second'],
    [59, '59 seconds'],
    [300, '5 minutes'],
    [5_400, '2 hours'],
    [86_400, '1 day'],
  ] as const)
    it(`says ${text} for ${seconds} seconds`, () => expect(durationText(seconds * 1_000)).to.equal(text));
});

describe('clockFacts', () => {
  for (const [what, issued, unsolicited, facts] of [
    ['is ahead', 300, false, { cause: 'clock_ahead', detail: 'The provider’s clock is 5 minutes ahead.' }],
    ['is behind', -360, false, { cause: 'clock_behind', detail: 'The provider’s clock is at least 5 minutes behind.' }],
    ['may be behind', -360, true, { cause: 'late', detail: 'It was issued 6 minutes before it arrived.' }],
    ['agrees', -10, false, { cause: 'validity', detail: 'It was issued just before it arrived.' }],
  ] as const)
    it(`tells that the provider’s clock ${what}`, () => {
      const xml = signedLie(
        (parts) => ({
          responseAttributes: swap(parts.responseAttributes, /IssueInstant="[^"]*"/, `IssueInstant="${at(issued)}"`),
          conditions: swap(parts.conditions, /NotOnOrAfter="[^"]*"/, `NotOnOrAfter="${at(-90)}"`).replace(
            /NotBefore="[^"]*" /,
            '',
          ),
        }),
        'assertion',
      );
      const context = contextWith();
      const claimedRequest = unsolicited ? undefined : { createdAt: context.now - 60_000 };
      const { refusal } = verifyField(encode(xml), Object.assign(context, { claimedRequest }));
      expect(refusal?.reason).to.equal('conditions_expired');
      expect(refusal?.facts).to.include({ ...facts, skewSeconds: 91 });
    });
});
