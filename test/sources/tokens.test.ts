import { expect } from 'chai';
import { tokenStateOf } from '../../src/sources/tokens.ts';

const DAY_MS = 86_400_000;
const now = 100 * DAY_MS;

describe('sources/tokens', () => {
  it('goes by the token that is valid longest, and warns 30 days before it expires', () => {
    const state = (...expiries: (number | null)[]) =>
      tokenStateOf(
        expiries.map((expiresAt) => ({ sourceId: 'one', hint: 'abcd', createdAt: 0, expiresAt })),
        now,
      );
    expect(state()).to.deep.equal({ kind: 'none' });
    expect(state(now - 1, null)).to.deep.equal({ kind: 'valid' });
    expect(state(now - 1, now + 30 * DAY_MS)).to.deep.equal({ kind: 'valid' });
    expect(state(now - 1, now + 30 * DAY_MS - 1)).to.deep.equal({ kind: 'expiresSoon', at: now + 30 * DAY_MS - 1 });
    expect(state(now - 1, now + 1)).to.deep.equal({ kind: 'expiresSoon', at: now + 1 });
    expect(state(now - 1, now)).to.deep.equal({ kind: 'expired', at: now });
  });
});
