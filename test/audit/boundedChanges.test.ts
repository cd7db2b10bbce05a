import { expect } from 'chai';
import { boundedChanges } from '../../src/audit/boundedChanges.ts';

describe('audit/boundedChanges', () => {
  const changes = [
    { name: 'title', before: 'Clerk', after: 'Head' },
    { name: 'notes', after: 'ü'.repeat(200) },
    { name: 'password', secret: true as const },
  ];
  const bytes = Buffer.byteLength(JSON.stringify(changes));

  it('keeps all that fits, to the byte', () => {
    expect(boundedChanges(changes, bytes)).to.deep.equal({ changes, complete: true });
    expect(boundedChanges([], 2)).to.deep.equal({ changes: [], complete: true });
  });

  it('leaves out the values of a change that is too long, and says so, and keeps the others', () => {
    const cut = [changes[0], { name: 'notes', cut: true }, changes[2]];
    expect(boundedChanges(changes, 200)).to.deep.equal({ changes: cut, complete: false });
  });

  it('is never longer than allowed', () => {
    for (let max = 2; max < bytes; max += 1) {
      const { changes: kept, complete } = boundedChanges(changes, max);
      expect(Buffer.byteLength(JSON.stringify(kept))).to.be.at.most(max);
      expect(complete).to.equal(false);
    }
  });

  it('measures as the message writes it', () => {
    const title = changes.slice(0, 1);
    expect(boundedChanges(title, 60)).to.deep.include({ complete: true });
    expect(boundedChanges(title, 60, (json) => 2 * json.length)).to.deep.include({ complete: false });
  });
});
