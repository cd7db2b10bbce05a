import { expect } from 'chai';
import { verifyField } from '../support/context.ts';
import { honestCases } from './honest.ts';

describe('honest responses', () => {
  for (const { name, field, context, person, groups } of honestCases()) {
    it(`accepts: ${name}`, () => {
      const { refusal, content, results } = verifyField(field, context);
      expect(refusal && [refusal.reason, refusal.facts]).to.equal(undefined);
      expect(content?.nameId?.value ?? content?.attributes.get('mail')?.[0]).to.equal(person);
      expect(content?.attributes.get('groups')).to.deep.equal(groups);
      expect(results.every(({ result }) => result === 'passed')).to.equal(true);
    });
  }
});
