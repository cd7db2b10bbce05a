import { expect } from 'chai';
import { isForgotten, isMailDue, type Stage, stageOf } from '../../src/notifications/stages.ts';
import type { HealthCause } from '../../src/store/healthCauses.ts';

const DAY = 86_400_000;
const now = 100 * DAY;

const cause: HealthCause = {
  ...{ code: 'provider_certificate', subject: 'p', severity: 'warning', text: '', detail: '', href: '' },
  ...{ providerId: null, providerText: null, endsAt: null, startedAt: 0, endedAt: null },
  ...{ reportedAs: null, mailedAs: null, mailedAt: null },
};

describe('notifications/stages', () => {
  it('are at 30, 14, 7 and 1 days before an end, and after it', () => {
    const at = (days: number) => stageOf({ endsAt: now + days * DAY, endedAt: null }, now);
    const expected: [number, Stage][] = [
      [31, 'started'],
      [30, 'days30'],
      [14.1, 'days30'],
      [14, 'days14'],
      [7, 'days7'],
      [1.1, 'days7'],
      [1, 'days1'],
      [0.1, 'days1'],
      [0, 'days0'],
      [-9, 'days0'],
    ];
    expect(expected.map(([days]) => [days, at(days)])).to.deep.equal(expected);
    expect(stageOf({ endsAt: null, endedAt: null }, now)).to.equal('started');
    expect(stageOf({ endsAt: now, endedAt: now }, now)).to.equal('over');
  });

  it('are mailed once, and never within a day of the last mail about the cause', () => {
    const isDue = (facts: Partial<HealthCause>) => isMailDue({ ...cause, ...facts }, now);
    expect(isDue({})).to.equal(true);
    expect(isDue({ mailedAs: 'started', mailedAt: now - 9 * DAY })).to.equal(false);
    const over = { endedAt: now, mailedAs: 'started' };
    expect(isDue({ ...over, mailedAt: now - DAY + 1 })).to.equal(false);
    expect(isDue({ ...over, mailedAt: now - DAY })).to.equal(true);
    expect(isDue({ endedAt: now }), 'it was over before a mail said that it started').to.equal(false);
    expect(isDue({ endsAt: now + 7 * DAY, mailedAs: 'days14', mailedAt: now - 7 * DAY })).to.equal(true);
  });

  it('are forgotten once the end was said and a day has passed, or after a week', () => {
    const forgotten = (facts: Partial<HealthCause>) => isForgotten({ ...cause, ...facts }, now);
    expect(forgotten({})).to.equal(false);
    expect(forgotten({ endedAt: now })).to.equal(true);
    expect(forgotten({ endedAt: now, mailedAs: 'started', mailedAt: now - 2 * DAY })).to.equal(false);
    expect(forgotten({ endedAt: now - 2 * DAY, mailedAs: 'over', mailedAt: now - DAY + 1 })).to.equal(false);
    expect(forgotten({ endedAt: now - 2 * DAY, mailedAs: 'over', mailedAt: now - DAY })).to.equal(true);
    expect(forgotten({ endedAt: now - 8 * DAY, mailedAs: 'started', mailedAt: now - 9 * DAY })).to.equal(true);
  });
});
