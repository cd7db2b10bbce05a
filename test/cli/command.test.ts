import { expect } from 'chai';
import {
  accepted,
  dashed,
  finished,
  isoTime,
  list,
  onOrOff,
  Refused,
  table,
  UsageError,
} from '../../src/cli/command.ts';
import type { Job } from '../../src/store/jobs.ts';

describe('cli/command', () => {
  it('returns valid input, and refuses invalid input with all its errors', () => {
    expect(accepted({ ok: true, value: 5 })).to.equal(5);
    const invalid = { ok: false as const, errors: { userName: 'Enter a user name.', '': 'Try again.' } };
    expect(() => accepted(invalid, (field) => `--${dashed(field)}`)).to.throw(
      Refused,
      '--user-name: Enter a user name. Try again.',
    );
    expect(() => accepted(invalid)).to.throw(Refused, 'Enter a user name. Try again.');
  });

  it('returns a job that is done, and refuses any other', () => {
    const job = { id: 'j1', state: 'done', failure: null, processed: 1_200, total: 2_000 } as Job;
    expect(finished(job)).to.equal(job);
    const resume = 'Completed changes are kept. Resume with: anteroom job resume j1';
    expect(() => finished({ ...job, state: 'paused' })).to.throw(Refused, `Paused after 1,200 of 2,000. ${resume}`);
    expect(() => finished({ ...job, state: 'running' })).to.throw(
      Refused,
      `Interrupted after 1,200 of 2,000. ${resume}`,
    );
    expect(() => finished({ ...job, state: 'failed', failure: 'No disk.' })).to.throw(Refused, 'No disk.');
  });

  it('reads on and off', () => {
    for (const value of ['on', 'TRUE', 'yes']) expect(onOrOff('button', value)).to.equal(true);
    for (const value of ['off', 'False', 'no']) expect(onOrOff('button', value)).to.equal(false);
    expect(() => onOrOff('button', 'maybe')).to.throw(UsageError, 'button must be on or off.');
  });

  it('prints times in ISO 8601', () => {
    expect(isoTime(0)).to.equal('1970-01-01T00:00:00.000Z');
    expect([isoTime(null), isoTime(undefined)]).to.deep.equal([null, null]);
  });

  it('aligns tables and lists, without control characters', () => {
    const rows = [
      ['anna', 'a\u202Eb'],
      ['bartholomew', ''],
    ];
    expect(table(['NAME', 'X'], rows, 'None.')).to.equal('NAME         X\nanna         a\u{fffd}b\nbartholomew');
    expect(table(['NAME'], [], 'None.')).to.equal('None.');
    const entries: [string, string][] = [
      ['ID', '1\n2'],
      ['Token', 'x'],
    ];
    expect(list(entries)).to.equal('ID     1\u{fffd}2\nToken  x');
  });
});
