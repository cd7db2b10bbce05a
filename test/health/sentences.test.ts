import { expect } from 'chai';
import { atLeastADay, expiryText, possessive } from '../../src/health/sentences.ts';

const DAY_MS = 86_400_000;

describe('health/sentences', () => {
  it('says when something expires or expired', () => {
    expect([1, 0, -1, -2].map((days) => expiryText(10 * DAY_MS + days * DAY_MS, 10 * DAY_MS))).to.deep.equal([
      'expires in 1 day',
      'expired today',
      'expired 1 day ago',
      'expired 2 days ago',
    ]);
    expect(expiryText(DAY_MS - 1, 0)).to.equal('expires today');
  });

  it('counts in English', () => {
    expect([atLeastADay(1), atLeastADay(2.5 * DAY_MS)]).to.deep.equal(['1 day', '2 days']);
    expect([possessive('Okta'), possessive('Keys')]).to.deep.equal(['Okta’s', 'Keys’']);
  });
});
