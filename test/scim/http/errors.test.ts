import { expect } from 'chai';
import { AppError, Conflict } from '../../../src/errors.ts';
import { badRequest, errorBody, ScimError, toScimError } from '../../../src/scim/http/errors.ts';
import { testDeps } from '../../support/testDeps.ts';
import { openScimServer } from '../support/scimServer.ts';

describe('scim/errors', () => {
  it('writes an error as RFC 7644 3.12 has it', () => {
    const schemas = ['urn:ietf:params:scim:api:messages:2.0:Error'];
    const detail = 'Wrong.';
    const scimType = 'invalidValue';
    expect(errorBody(badRequest(scimType, detail))).to.deep.equal({ schemas, scimType, detail, status: '400' });
    expect(errorBody(new ScimError(404, undefined, detail))).to.deep.equal({ schemas, detail, status: '404' });
  });

  it('shows the message of an expected error, and of no other', async () => {
    const deps = await testDeps();
    const expected = badRequest('tooMany', 'Too many.');
    expect(toScimError(deps, expected)).to.equal(expected);
    expect(toScimError(deps, new Conflict('Taken.'))).to.include({
      status: 409,
      scimType: undefined,
      message: 'Taken.',
    });
    for (const error of [new Error('secret'), new AppError(503, 'secret'), 'secret', undefined]) {
      const shown = toScimError(deps, error);
      const reference = /Reference ([\w-]+)/.exec(shown.message)?.[1];
      expect(shown.status).to.equal(500);
      expect(shown.message).to.not.contain('secret');
      expect(deps.logged.at(-1)).to.include({ reference });
    }
  });

  it('says nothing about a failure of the database but its reference', async () => {
    const scim = await openScimServer();
    await scim.call('POST', '/Users', { userName: 'anna' });
    await scim.deps.store.db.schema.dropTable('groupMembers').execute();
    for (const path of ['/Users', '/Users?filter=userName eq "anna"']) {
      const failed = await scim.call('GET', path);
      expect(failed.status).to.equal(500);
      expect(failed.text).to.not.match(/groupMembers|sql/i);
      const reference = /Reference ([\w-]+)/.exec(failed.body.detail)?.[1];
      expect(scim.deps.logged.some((line) => line.reference === reference)).to.equal(true);
    }
  });
});
