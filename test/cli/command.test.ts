import { expect } from 'chai';
import { accepted, optionName, Refused } from '../../src/cli/command.ts';

describe('cli/command', () => {
  it('returns valid input, and refuses invalid input with all its errors', () => {
    expect(accepted({ ok: true, value: 5 })).to.equal(5);
    const invalid = { ok: false as const, errors: { userName: 'Enter a user name.', '': 'Try again.' } };
    expect(() => accepted(invalid, optionName)).to.throw(Refused, '--user-name: Enter a user name. Try again.');
    expect(() => accepted(invalid)).to.throw(Refused, 'Enter a user name. Try again.');
  });
});
