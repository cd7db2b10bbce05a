import { expect } from 'chai';
import { readResponse, verifyResponse } from '../../../src/saml/verify/response.ts';
import { honestCases } from '../corpus/honest.ts';
import { contextWith } from '../support/context.ts';
import { mutations } from '../support/mutate.ts';

const COUNT = 20_000;

describe('altered honest answers', () => {
  it('are refused by value, or say what was signed for, and nothing else', () => {
    const context = contextWith();
    const fields = honestCases().map(({ field }) => field);
    const said = new Map(fields.map((field) => [assertionOf(field, context), field]));
    said.delete(undefined);
    const seeds = [...said.values()].map((field) => Buffer.from(field, 'base64'));
    const reasons = new Map<string, number>();
    for (const octets of mutations(seeds, COUNT, 20260119)) {
      const read = readResponse(octets.toString('base64'));
      const verdict = read.ok ? verifyResponse(read.response, context) : read;
      const outcome = verdict.ok ? 'accepted' : verdict.reason;
      reasons.set(outcome, (reasons.get(outcome) ?? 0) + 1);
      if (verdict.ok) expect(said.has(textOf(verdict.assertion)), octets.toString()).to.equal(true);
    }
    expect([...reasons.values()].reduce((sum, count) => sum + count, 0)).to.equal(COUNT);
    expect(reasons.get('accepted')).to.be.greaterThan(500);
    expect(reasons.size).to.be.greaterThan(8);
  });
});

function assertionOf(field: string, context: ReturnType<typeof contextWith>): string | undefined {
  const read = readResponse(field);
  const verdict = read.ok ? verifyResponse(read.response, context) : read;
  return verdict.ok ? textOf(verdict.assertion) : undefined;
}

function textOf(assertion: { attributes: Map<string, string[]> }): string {
  return JSON.stringify({ ...assertion, attributes: [...assertion.attributes] });
}
