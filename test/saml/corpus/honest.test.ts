import { expect } from 'chai';
import { readResponse, verifyResponse } from '../../../src/saml/verify/response.ts';
import { honestCases } from './honest.ts';

describe('honest answers', () => {
  for (const { name, field, context, person, groups } of honestCases()) {
    it(`accepts: ${name}`, () => {
      const read = readResponse(field);
      if (!read.ok) throw new Error(`${read.reason} ${JSON.stringify(read.checks[0])}`);
      const verdict = verifyResponse(read.response, context);
      if (!verdict.ok)
        throw new Error(
          `${verdict.reason} ${JSON.stringify(verdict.checks.find(({ result }) => result === 'refused'))}`,
        );
      const { assertion } = verdict;
      expect(assertion.nameId?.value ?? assertion.attributes.get('mail')?.[0]).to.equal(person);
      expect(assertion.attributes.get('groups')).to.deep.equal(groups);
      expect(verdict.checks.every(({ result }) => result === 'passed')).to.equal(true);
    });
  }
});
