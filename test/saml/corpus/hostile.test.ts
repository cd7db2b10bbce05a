import { expect } from 'chai';
import { readResponse, verifyResponse } from '../../../src/saml/verify/response.ts';
import { encryptionCases } from './encryptions.ts';
import { formCases } from './forms.ts';
import type { HostileCase } from './hostile.ts';
import { signatureCases } from './signatures.ts';
import { signedResponseCases, statementCases } from './statements.ts';
import { wrappingCases } from './wrapping.ts';

const groups: Record<string, HostileCase[]> = {
  wrapping: wrappingCases(),
  signatures: signatureCases(),
  statements: [...statementCases(), ...signedResponseCases()],
  forms: formCases(),
  encryption: encryptionCases(),
};

describe('hostile answers', () => {
  for (const [group, cases] of Object.entries(groups)) {
    describe(group, () => {
      for (const hostile of cases) it(`refuses: ${hostile.name}`, () => expectRefusal(hostile));
    });
  }

  it('are 300 or more, each by a name of its own', () => {
    const names = Object.values(groups).flatMap((cases) => cases.map(({ name }) => name));
    expect(names.length).to.be.at.least(300);
    for (const cases of Object.values(groups))
      expect(new Set(cases.map(({ name }) => name)).size).to.equal(cases.length);
  });
});

function expectRefusal({ field, context, reason }: HostileCase): void {
  const read = readResponse(field);
  const verdict = read.ok ? verifyResponse(read.response, context) : read;
  if (verdict.ok) throw new Error('it was accepted');
  expect(verdict.reason, JSON.stringify(verdict.checks)).to.equal(reason);
  expect(verdict.checks.filter(({ result }) => result === 'refused')).to.have.length(1);
}
