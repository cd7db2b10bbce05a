import { expect } from 'chai';
import { UsageError } from '../../src/cli/command.ts';
import { count, oneOf, onOff, type ReadContext, words } from '../../src/cli/options.ts';

const context = { name: '--option' } as ReadContext;

describe('cli/options', () => {
  it('reads on and off', () => {
    const { read } = onOff('');
    for (const value of ['on', 'TRUE', 'yes']) expect(read(value, context)).to.equal(true);
    for (const value of ['off', 'False', 'no']) expect(read(value, context)).to.equal(false);
    expect(() => read('maybe', context)).to.throw(UsageError, '--option must be on or off.');
  });

  it('reads a number from 1 to the largest', () => {
    const { read } = count('N', 500, '');
    expect([read('1', context), read('500', context)]).to.deep.equal([1, 500]);
    for (const value of ['0', '501', '-1', '1.5', '0x10', '1e2', ' 1', '', '1'.repeat(400)])
      expect(() => read(value, context), value).to.throw(UsageError, '--option must be a number from 1 to 500.');
  });

  it('reads one of some words, and a list of words', () => {
    const { value, read } = oneOf(['waiting', 'delivered', 'failed'], '');
    expect([value, read('failed', context)]).to.deep.equal(['waiting|delivered|failed', 'failed']);
    const sentence = '--option must be waiting, delivered or failed.';
    expect(() => read('Failed', context)).to.throw(UsageError, sentence);
    expect(words('', '').read(' a,b, c\td,', context)).to.deep.equal(['a', 'b', 'c', 'd']);
  });
});
