import { expect } from 'chai';
import { isValid } from '../../../src/federation/providerSetups/testing.ts';
import { loginChecks } from '../../../src/saml/verify/pipeline.ts';

const OF_THE_RESPONSE = ['Not used before', 'Login request of this browser', 'Not logged out'];

describe('federation/providerSetups/testing', () => {
  it('keeps every refusal that depends on a person from the visitor, whatever check is added', () => {
    const checks = loginChecks.use.filter(({ name }) => !OF_THE_RESPONSE.includes(name));
    const reasons = checks.flatMap((check) => check.reasons);
    expect(reasons).to.include('person_unknown');
    expect(reasons.filter((reason) => !isValid({ reason }))).to.deep.equal([]);
  });
});
