import { expect } from 'chai';
import { loginChecks } from '../../../src/saml/verify/pipeline.ts';
import { verifyField } from '../support/context.ts';
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

describe('hostile responses', () => {
  for (const [group, cases] of Object.entries(groups)) {
    describe(group, () => {
      for (const hostile of cases) it(`refuses: ${hostile.name}`, () => expectRefusal(hostile));
    });
  }

  it('are 300 or more, with unique names', () => {
    const names = Object.values(groups).flatMap((cases) => cases.map(({ name }) => name));
    expect(names.length).to.be.at.least(300);
    for (const cases of Object.values(groups))
      expect(new Set(cases.map(({ name }) => name)).size).to.equal(cases.length);
  });
});

function expectRefusal({ field, context, reason }: HostileCase): void {
  const { refusal, results } = verifyField(field, context);
  expect(refusal?.reason, JSON.stringify(results)).to.equal(reason);
  const [failed, ...others] = results.filter(({ result }) => result !== 'passed');
  expect([failed?.result, others]).to.deep.equal(['refused', []]);
  const check = [...loginChecks.read, ...loginChecks.verify].find(({ name }) => name === failed?.name);
  expect(check?.reasons, 'the reasons that the pipeline lists for the failed check').to.include(reason);
}
