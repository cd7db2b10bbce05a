import { expect } from 'chai';
import { line, lines } from '../src/formText.ts';

describe('formText', () => {
  const errorOf = (schema: ReturnType<typeof line>, text: string) => schema.safeParse(text).error?.issues[0]?.message;

  it('is trimmed, and has a longest length', () => {
    expect(line(3).parse('  a b  ')).to.equal('a b');
    expect(errorOf(lines(1_000), 'x'.repeat(1_001))).to.equal('Use at most 1,000 characters.');
  });

  it('has no control characters but the breaks and tabs of several lines', () => {
    const control = 'Control characters are not allowed here.';
    for (const character of ['\0', '\u001b', '\u0085']) {
      expect(errorOf(line(9), `a${character}b`)).to.equal(control);
      expect(errorOf(lines(9), `a${character}b`)).to.equal(control);
    }
    for (const character of ['\n', '\r', '\t']) {
      expect(errorOf(line(9), `a${character}b`)).to.equal(control);
      expect(errorOf(lines(9), `a${character}b`)).to.equal(undefined);
    }
  });
});
