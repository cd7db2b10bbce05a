import { expect } from 'chai';
import { exactTimeFor, timeTag } from '../../src/web/timeTag.ts';

const NOW = Date.UTC(2026, 2, 2, 9, 0, 0);
const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 86_400_000];

describe('timeTag', () => {
  it('shows a relative time, and the exact time on hover', () => {
    expect(timeTag(NOW - 3 * HOUR, NOW)).to.match(
      /^<time datetime="2026-03-02T06:00:00\.000Z" title="Mar 2, 2026, 6:00:00\sAM UTC">3 hours ago<\/time>$/,
    );
  });

  for (const [difference, words] of [
    [0, 'just now'],
    [-59_000, 'just now'],
    [-MINUTE, '1 minute ago'],
    [59 * MINUTE, 'in 59 minutes'],
    [-DAY, 'yesterday'],
    [DAY, 'tomorrow'],
    [7 * DAY - 1_000, 'in 7 days'],
    [90 * DAY - 1_000, 'in 3 months'],
    [-40 * DAY, 'last month'],
    [-800 * DAY, '2 years ago'],
  ] as const)
    it(`calls ${difference} ms '${words}'`, () => {
      expect(timeTag(NOW + difference, NOW)).to.contain(`>${words}<`);
    });

  it('shows the exact time in the time zone of the person, in UTC if it is unknown', () => {
    const shown = (profile: Parameters<typeof exactTimeFor>[0]) =>
      /title="([^"]*)"/.exec(timeTag(NOW, NOW, exactTimeFor(profile)))?.[1]?.replaceAll(/\s/g, ' ');
    expect(shown({ timezone: 'Europe/Berlin' })).to.equal('Mar 2, 2026, 10:00:00 AM Europe/Berlin');
    expect(shown({ timezone: 'europe/berlin', locale: 'en-GB' })).to.equal('2 Mar 2026, 10:00:00 Europe/Berlin');
    expect(shown({ timezone: 'Europe/Berlin', locale: 'de-DE' })).to.equal('Mar 2, 2026, 10:00:00 AM Europe/Berlin');
    for (const timezone of ['', 'Mars/Olympus', '"><script>'])
      expect(shown({ timezone, locale: 'en-!' })).to.equal('Mar 2, 2026, 9:00:00 AM UTC');
    expect(shown({ locale: 'en-GB' })).to.equal('Mar 2, 2026, 9:00:00 AM UTC');
  });

  it("shows 'never' without a time", () => {
    expect([timeTag(null, NOW), timeTag(undefined, NOW)]).to.deep.equal(['never', 'never']);
  });
});
