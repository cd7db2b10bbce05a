import { expect } from 'chai';
import { ScimError } from '../../../src/scim/http/errors.ts';
import { field, readResource } from '../../../src/scim/schema/readResource.ts';
import { ENTERPRISE_URN, groupType, INTERACT_URN, USER_URN, userType } from '../../../src/scim/schema/schema.ts';

describe('scim/readResource', () => {
  const read = (body: Record<string, unknown>) => readResource(userType, { userName: 'anna', ...body });

  it('returns canonical names, extensions under their URNs', () => {
    const body = {
      USERNAME: 'anna',
      jobTitle: 'Engineer',
      Department: 'IT',
      [USER_URN.toUpperCase()]: { displayName: 'Anna' },
      [ENTERPRISE_URN]: { company: 'Acme', MANAGER: '2' },
      'urn:scim:schemas:extension:enterprise:1.0': { costCenter: '7' },
      location: 'Oslo',
      [INTERACT_URN]: { name: { Title: 'Dr' } },
      name: { GivenName: 'Anna' },
    };
    expect(readResource(userType, body)).to.deep.equal({
      userName: 'anna',
      title: 'Engineer',
      displayName: 'Anna',
      name: { givenName: 'Anna' },
      [ENTERPRISE_URN]: { department: 'IT', organization: 'Acme', manager: { value: '2' }, costCenter: '7' },
      [INTERACT_URN]: { location: 'Oslo', name: { title: 'Dr' } },
    });
  });

  it('ignores unknown and read-only attributes', () => {
    const body = {
      id: 'x',
      meta: { version: 'x' },
      schemas: ['x'],
      groups: [{ value: 'g' }],
      nonsense: 1,
      [`${USER_URN}:title`]: 'x',
      'urn:nonsense': { title: 'x' },
      name: { nonsense: 1 },
      manager: { value: '2', displayName: 'The Boss', $ref: 'x' },
    };
    expect(read(body)).to.deep.equal({ userName: 'anna', [ENTERPRISE_URN]: { manager: { value: '2' } } });
  });

  it('is not reached by names of prototypes', () => {
    const body = JSON.parse(
      '{"userName":"anna","__proto__":{"active":false},"constructor":{},"name":{"__proto__":{"givenName":"x"}}}',
    );
    expect(readResource(userType, body)).to.deep.equal({ userName: 'anna' });
    expect(({} as Record<string, unknown>).active).to.equal(undefined);
  });

  it('leaves out what has no value', () => {
    const body = {
      title: null,
      nickName: '',
      emails: [],
      roles: [null, { value: '' }],
      name: {},
      addresses: [{ type: 'work', primary: true }],
    };
    expect(read(body)).to.deep.equal({ userName: 'anna' });
  });

  it('tells an empty extension from a missing one', () => {
    expect(read({ [INTERACT_URN]: null })).to.deep.equal({ userName: 'anna', [INTERACT_URN]: {} });
    expect(read({ [INTERACT_URN]: {} })).to.deep.equal({ userName: 'anna', [INTERACT_URN]: {} });
  });

  it('accepts the spellings of clients', () => {
    expect(read({ active: 'True', omitFromSearch: 'false' })).to.deep.include({
      active: true,
      [INTERACT_URN]: { omitFromSearch: false },
    });
    expect(read({ manager: [{ value: '2' }] })[ENTERPRISE_URN]).to.deep.equal({ manager: { value: '2' } });
    expect(read({ emails: ['a@acme.com'] })).to.deep.include({ emails: [{ value: 'a@acme.com' }] });
    expect(read({ photos: [{ value: 'data:image/png;base64,AAAA' }], profileUrl: 'acme.com/anna' })).to.deep.include({
      photos: [{ value: 'data:image/png;base64,AAAA' }],
      profileUrl: 'acme.com/anna',
    });
  });

  it('merges parts of a complex attribute that arrive apart', () => {
    const body = { name: { givenName: 'Anna' }, [USER_URN]: { name: { familyName: 'Berg' } } };
    expect(read(body)).to.deep.include({ name: { givenName: 'Anna', familyName: 'Berg' } });
  });

  it('refuses invalid values with invalidValue', () => {
    const refused: Record<string, unknown>[] = [
      { userName: null },
      { userName: '' },
      { userName: '  ' },
      { userName: 5 },
      { userName: 'x'.repeat(257) },
      { title: 'a\0b' },
      { title: '\ud800' },
      { title: ['x'] },
      { active: 'perhaps' },
      { active: 1 },
      { emails: 'a@acme.com' },
      { emails: [5] },
      {
        emails: [
          { value: 'x', primary: true },
          { value: 'y', primary: 'True' },
        ],
      },
      { name: 'Anna' },
      { roles: Array(201).fill({ value: 'x' }) },
      { photos: [{ value: 'javascript:alert(1)' }] },
      { photos: [{ value: 'data:image/svg+xml;base64,AAAA' }] },
      { profileUrl: ' java\tscript:alert(1)' },
      { x509Certificates: [{ value: 'not base64!' }] },
      { manager: [{ value: '1' }, { value: '2' }] },
      { [ENTERPRISE_URN]: 'x' },
    ];
    for (const body of refused)
      expect(() => read(body), JSON.stringify(body).slice(0, 80))
        .to.throw(ScimError)
        .that.includes({ status: 400, scimType: 'invalidValue' });
    expect(read({ roles: Array(200).fill({ value: 'x' }), userName: 'x'.repeat(256) }).roles).to.have.length(200);
  });

  it('accepts any number of members', () => {
    const members = Array(1_000).fill({ value: 'x' });
    expect(readResource(groupType, { displayName: 'G', members }).members).to.have.length(1_000);
  });

  it('refuses a body that is no object with invalidSyntax', () => {
    for (const body of [undefined, null, [], 'x', 7])
      expect(() => readResource(userType, body))
        .to.throw(ScimError)
        .with.property('scimType', 'invalidSyntax');
  });

  it('finds a field in any case, and none of a prototype', () => {
    expect(field({ Operations: 1 }, 'operations')).to.equal(1);
    expect(field({ a: 1, A: 2 }, 'A')).to.equal(2);
    expect(field({}, 'constructor')).to.equal(undefined);
  });
});
