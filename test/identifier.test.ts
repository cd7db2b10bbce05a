import { expect } from 'chai';
import {
  hashSessionId,
  hashToken,
  minIdAt,
  newId,
  newOrderedId,
  newReference,
  newSessionId,
  newToken,
  timeOf,
} from '../src/identifier.ts';
import { seededBytes, testStart } from './support/testDeps.ts';

const source = () => ({ now: () => testStart, randomBytes: seededBytes('identifier') });

describe('identifier', () => {
  it('creates UUIDs of version 7 with the time', () => {
    const id = newId({ now: () => 0x017f22e279b0, randomBytes: () => Buffer.alloc(16, 0xff) });
    expect(id).to.equal('017f22e2-79b0-7fff-bfff-ffffffffffff');
    const zeros = newId({ now: () => 0, randomBytes: (size) => Buffer.alloc(size) });
    expect(zeros).to.equal('00000000-0000-7000-8000-000000000000');
  });

  it('creates IDs that sort by creation time, and are unique within a millisecond', () => {
    const { randomBytes } = source();
    const ids = [1, 1, 2, 300, 70_000].map((later) => newId({ now: () => testStart + later, randomBytes }));
    expect(ids.slice(1)).to.deep.equal(ids.slice(1).sort());
    expect(new Set(ids).size).to.equal(5);
  });

  it('creates IDs that sort within a millisecond', () => {
    const { randomBytes } = source();
    const at = testStart * 1_000 + 998;
    const ids = [0, 1, 2, 3].map((later) => newOrderedId({ randomBytes }, at + later));
    expect(ids).to.deep.equal([...ids].sort());
    expect(ids.map(timeOf)).to.deep.equal([testStart, testStart, testStart + 1, testStart + 1]);
    expect(ids[0]).to.match(/^[0-9a-f]{8}-[0-9a-f]{4}-73e6-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('creates URL-safe tokens of 256 bits, of which only the hash is stored', () => {
    const token = newToken(source());
    expect(token).to.match(/^[\w-]{43}$/);
    expect(hashToken(token))
      .to.match(/^[\w-]{43}$/)
      .and.not.to.equal(token);
    expect(hashToken('abc')).to.equal('ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0'); // FIPS 180-4, SHA-256 of 'abc'
  });

  it('returns the smallest UUIDv7 of a timestamp', () => {
    const { randomBytes } = source();
    const [before = '', from = ''] = [testStart - 1, testStart].map((time) => newId({ now: () => time, randomBytes }));
    expect(before < minIdAt(testStart) && minIdAt(testStart) < from).to.equal(true);
    expect(minIdAt(-1)).to.equal('00000000-0000');
  });

  it('creates session IDs of 256 bits in order of time, of which only the hash is stored', () => {
    const { randomBytes } = source();
    const ids = [0, 1, 30_000, 10 ** 12].map((later) => newSessionId({ now: () => testStart + later, randomBytes }));
    for (const id of ids) expect(id).to.match(/^[0-9a-z]{9}\.[\w-]{43}$/);
    const kept = ids.map(hashSessionId);
    expect(kept).to.deep.equal([...kept].sort());
    const [id = '', [first] = []] = [ids[0], kept];
    expect(first).to.equal(id.slice(0, 10) + hashToken(id.slice(10)));
  });

  it('accepts session IDs without a timestamp', () => {
    expect(hashSessionId('abc')).to.equal(hashToken('abc'));
  });

  it('creates references without look-alike characters', () => {
    const { randomBytes } = source();
    const letters = Array.from({ length: 500 }, () => newReference({ randomBytes }));
    for (const reference of letters) expect(reference).to.match(/^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/);
    expect(new Set(letters.join('').replaceAll('-', '')).size).to.equal(32);
  });
});
