import { expect } from 'chai';
import type { AssertionContent } from '../../../src/saml/verify/assertion.ts';
import { honestCases } from '../corpus/honest.ts';
import { contextWith, type VerifyContext, verifyField } from '../support/context.ts';
import { mutations } from '../support/mutate.ts';

const COUNT = 20_000;

describe('altered honest responses', () => {
  it('are refused, or say exactly what was signed', () => {
    const context = contextWith();
    const fields = honestCases().map(({ field }) => field);
    const said = new Map(fields.map((field) => [assertionOf(field, context), field]));
    said.delete(undefined);
    const seeds = [...said.values()].map((field) => Buffer.from(field, 'base64'));
    const reasons = new Map<string, number>();
    for (const octets of mutations(seeds, COUNT, 20260119)) {
      const { refusal, content } = verifyField(octets.toString('base64'), context);
      const outcome = refusal?.reason ?? 'accepted';
      reasons.set(outcome, (reasons.get(outcome) ?? 0) + 1);
      if (!refusal) expect(said.has(textOf(content)), octets.toString()).to.equal(true);
    }
    expect([...reasons.values()].reduce((sum, count) => sum + count, 0)).to.equal(COUNT);
    expect(reasons.get('accepted')).to.be.greaterThan(500);
    expect(reasons.size).to.be.greaterThan(8);
  });
});

function assertionOf(field: string, context: VerifyContext): string | undefined {
  const { refusal, content } = verifyField(field, context);
  return refusal ? undefined : textOf(content);
}

function textOf(content: AssertionContent | undefined): string {
  return JSON.stringify({ ...content, attributes: [...(content?.attributes ?? [])] });
}
