import { expect } from 'chai';
import { hashSessionId, hashToken, leastIdAt, newId, newReference, newSessionId, newToken } from '../src/identifier.ts';
import { seededBytes, testStart } from './support/testDeps.ts';

const source = () => ({ now: () => testStart, randomBytes: seededBytes('identifier') });

describe('identifier', () => {
  it('makes UUIDs of version 7 that carry the time', () => {
    const id = newId({ now: () => 0x017f22e279b0, randomBytes: () => Buffer.alloc(16, 0xff) });
    expect(id).to.equal('017f22e2-79b0-7fff-bfff-ffffffffffff');
    const zeros = newId({ now: () => 0, randomBytes: (size) => Buffer.alloc(size) });
    expect(zeros).to.equal('00000000-0000-7000-8000-000000000000');
  });

  it('makes IDs that sort by the time they were made, and differ within it', () => {
    const { randomBytes } = source();
    const ids = [1, 1, 2, 300, 70_000].map((later) => newId({ now: () => testStart + later, randomBytes }));
    expect(ids.slice(1)).to.deep.equal(ids.slice(1).sort());
    expect(new Set(ids).size).to.equal(5);
  });

  it('makes tokens of 256 bits that go into a URL, and keeps their hash alone', () => {
    const token = newToken(source());
    expect(token).to.match(/^[\w-]{43}$/);
    expect(hashToken(token))
      .to.match(/^[\w-]{43}$/)
      .and.not.to.equal(token);
    expect(hashToken('abc')).to.equal('ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0'); // FIPS 180-4, SHA-256 of 'abc'
  });

  it('knows where the identifiers of a time begin', () => {
    const { randomBytes } = source();
    const [before = '', from = ''] = [testStart - 1, testStart].map((time) => newId({ now: () => time, randomBytes }));
    expect(before < leastIdAt(testStart) && leastIdAt(testStart) < from).to.equal(true);
    expect(leastIdAt(-1)).to.equal('00000000-0000');
  });

  it('makes session IDs of 256 bits, of which the hash alone is kept, in the order of time', () => {
    const { randomBytes } = source();
    const ids = [0, 1, 30_000, 10 ** 12].map((later) => newSessionId({ now: () => testStart + later, randomBytes }));
    for (const id of ids) expect(id).to.match(/^[0-9a-z]{9}\.[\w-]{43}$/);
    const kept = ids.map(hashSessionId);
    expect(kept).to.deep.equal([...kept].sort());
    const [id = '', [first] = []] = [ids[0], kept];
    expect(first).to.equal(id.slice(0, 10) + hashToken(id.slice(10)));
  });

  it('knows sessions that began before their IDs had a time', () => {
    expect(hashSessionId('abc')).to.equal(hashToken('abc'));
  });

  it('makes references that nobody misreads', () => {
    const { randomBytes } = source();
    const letters = Array.from({ length: 500 }, () => newReference({ randomBytes }));
    for (const reference of letters) expect(reference).to.match(/^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/);
    expect(new Set(letters.join('').replaceAll('-', '')).size).to.equal(32);
  });
});
