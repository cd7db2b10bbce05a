import { expect } from 'chai';
import { openFaults } from '../../src/db/faults.ts';
import { Cut, openRetry } from '../../src/db/retry.ts';
import { DatabaseFault } from '../../src/errors.ts';

const withCode = (code: string) => Object.assign(new Error(code), { code });

describe('db/retry', () => {
  for (const [what, error, tries] of [
    ['a serialization failure', withCode('40001'), 30],
    ['a deadlock', withCode('40P01'), 30],
    ['a lost connection', new Cut(), 4],
    ['a unique violation', withCode('23505'), 2],
    ['a foreign-key violation', withCode('23503'), 2],
    ['a syntax error', withCode('42601'), 1],
    ['a fault, such as a commit whose outcome is unknown', openFaults().note('away', new Error()), 1],
  ] as const)
    it(`makes ${tries} attempts at ${what}`, async () => {
      let attempts = 0;
      const attempt = async () => {
        attempts += 1;
        throw error;
      };
      await openRetry(openFaults())(attempt).catch(() => {});
      expect(attempts).to.equal(tries);
    });

  it('returns the result of the first attempt that succeeds', async () => {
    let attempts = 0;
    const attempt = async () => {
      attempts += 1;
      if (attempts < 3) throw withCode('40001');
      return attempts;
    };
    expect(await openRetry(openFaults())(attempt)).to.equal(3);
  });

  for (const [what, error, isAway] of [
    ['lost connections', new Cut('cut', { cause: new Error('ECONNRESET') }), true],
    ['conflicts', withCode('40P01'), false],
  ] as const)
    it(`ends in 503 after too many ${what}`, async () => {
      const faults = openFaults();
      const ended = await openRetry(faults)(() => Promise.reject(error)).catch((thrown: unknown) => thrown);
      expect(ended).to.be.instanceOf(DatabaseFault).and.include({ status: 503 });
      expect(faults.current()).to.equal(isAway ? 'away' : undefined);
    });
});
