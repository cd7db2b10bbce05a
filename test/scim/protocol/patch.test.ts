import { expect } from 'chai';
import fc from 'fast-check';
import { ScimError } from '../../../src/scim/http/errors.ts';
import { applyPatch, readPatch } from '../../../src/scim/protocol/patch.ts';
import { readResource } from '../../../src/scim/schema/readResource.ts';
import { userType } from '../../../src/scim/schema/schema.ts';
import { patch } from '../support/patch.ts';

type Json = Record<string, unknown>;

describe('scim/applyPatch', () => {
  const anna: Json = {
    userName: 'anna',
    name: { givenName: 'Anna', familyName: 'Berg' },
    emails: [
      { value: 'a@work', type: 'work', primary: true },
      { value: 'a@home', type: 'home' },
    ],
  };

  it('adds a value once, and moves the rank of primary', () => {
    const again = after(anna, { op: 'add', path: 'emails', value: [{ value: 'a@home', type: 'home', primary: true }] });
    expect(again.emails).to.deep.equal([
      { value: 'a@work', type: 'work' },
      { value: 'a@home', type: 'home', primary: true },
    ]);
    expect(after(again, { op: 'add', path: 'emails', value: { value: 'a@home', type: 'home' } }).emails).to.deep.equal(
      again.emails,
    );
  });

  it('merges a name and replaces a list', () => {
    const changed = after(anna, { op: 'replace', value: { name: { givenName: 'Anne' }, emails: [{ value: 'x' }] } });
    expect(changed).to.deep.include({ name: { givenName: 'Anne', familyName: 'Berg' }, emails: [{ value: 'x' }] });
  });

  it('takes values, parts and whole attributes away', () => {
    expect(after(anna, { op: 'remove', path: 'emails[type eq "work"]' }).emails).to.have.length(1);
    expect(after(anna, { op: 'remove', path: 'emails', value: [{ value: 'a@home' }] }).emails).to.have.length(1);
    expect(after(anna, { op: 'remove', path: 'emails' })).to.not.have.property('emails');
    expect(after(anna, { op: 'replace', path: 'emails', value: [] })).to.not.have.property('emails');
    expect(after(anna, { op: 'replace', path: 'name.givenName', value: null }).name).to.deep.equal({
      familyName: 'Berg',
    });
    expect(after(anna, { op: 'remove', path: 'emails[type eq "other"]' }).emails).to.deep.equal(anna.emails);
    expect(
      after(anna, { op: 'remove', path: 'name.givenName' }, { op: 'remove', path: 'name.familyName' }),
    ).to.not.have.property('name');
  });

  it('makes the value that a filter describes where there is none', () => {
    const changed = after(anna, {
      op: 'replace',
      path: 'phoneNumbers[type eq "mobile" and primary eq true].value',
      value: '1',
    });
    expect(changed.phoneNumbers).to.deep.equal([{ type: 'mobile', primary: true, value: '1' }]);
  });

  it('keeps what a value was found by, so that a request can be repeated', () => {
    const operation = { op: 'replace', path: 'emails[type eq "work"]', value: { value: 'x' } };
    const once = after(anna, operation);
    expect(once.emails).to.deep.include({ value: 'x', type: 'work' });
    expect(after(once, operation)).to.deep.equal(once);
  });

  it('changes kind and rank of a value that a filter finds, and makes none of them alone', () => {
    const [work, home] = anna.emails as Json[];
    for (const op of ['add', 'replace'])
      for (const filter of ['value eq "a@home"', 'type eq "home"']) {
        const path = `emails[${filter}]`;
        expect(after(anna, { op, path, value: { primary: true } }).emails).to.deep.equal([
          { value: 'a@work', type: 'work' },
          { ...home, primary: true },
        ]);
        expect(after(anna, { op, path, value: { type: 'other' } }).emails).to.deep.equal([
          work,
          { ...home, type: 'other' },
        ]);
      }
    for (const value of [{ primary: true }, {}])
      expect(() => after(anna, { op: 'add', path: 'emails[type eq "other"]', value }))
        .to.throw(ScimError)
        .with.property('scimType', 'noTarget');
  });

  it('leaves what it was given as it was', () => {
    const before = structuredClone(anna);
    after(anna, { op: 'remove', path: 'emails' }, { op: 'add', path: 'name.middleName', value: 'X' });
    expect(anna).to.deep.equal(before);
  });

  it('gives a sound resource or a refusal, whatever the operations', () => {
    fc.assert(
      fc.property(fc.array(operation, { minLength: 1, maxLength: 6 }), (operations) => {
        const before = structuredClone(anna);
        try {
          const result = after(anna, ...operations);
          // What comes out is what a PUT of it would come to: canonical names, right types, one primary value.
          expect(readResource(userType, result)).to.deep.equal(result);
        } catch (error) {
          expect(error).to.be.instanceOf(ScimError);
        }
        expect(anna).to.deep.equal(before);
      }),
      { seed: 20261127, numRuns: 500 },
    );
  });

  it('comes to the same when it is repeated, where it replaces whole attributes and chosen values', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({ op: fc.constant('replace'), path: path.filter((name) => !changesWhatItFinds.has(name)), value }),
          { minLength: 1, maxLength: 4 },
        ),
        (operations) => {
          try {
            const once = after(anna, ...operations);
            expect(after(once, ...operations)).to.deep.equal(once);
          } catch (error) {
            expect(error).to.be.instanceOf(ScimError);
          }
        },
      ),
      { seed: 20261128, numRuns: 300 },
    );
  });
});

function after(resource: Json, ...operations: unknown[]): Json {
  return applyPatch(userType, resource, readPatch(userType, patch(...operations)));
}

const path = fc.constantFrom(
  'userName',
  'title',
  'active',
  'name',
  'name.givenName',
  'emails',
  'emails.value',
  'emails[type eq "work"]',
  'emails[type eq "work"].value',
  'emails[type eq "other"].primary',
  'addresses[type eq "work"].locality',
  'phoneNumbers.value',
  'department',
  'manager',
  'urn:ietf:params:scim:schemas:extension:interactsoftware:2.0:User',
  'urn:ietf:params:scim:schemas:extension:interactsoftware:2.0:User:name.title',
);
const changesWhatItFinds = new Set(['emails.value', 'phoneNumbers.value', 'emails[type eq "work"]']);
const item = fc.record(
  { value: fc.constantFrom('x', 'a@work', ''), type: fc.constantFrom('work', 'home', 'other'), primary: fc.boolean() },
  { requiredKeys: [] },
);
const value = fc.oneof(
  fc.constantFrom<unknown>('x', 'True', '', null, true, 7),
  item,
  fc.array(item, { maxLength: 3 }),
  fc.record({ givenName: fc.string(), location: fc.string() }, { requiredKeys: [] }),
);
const operation = fc.record(
  { op: fc.constantFrom('add', 'Replace', 'remove'), path, value },
  { requiredKeys: ['op', 'path'] },
);
