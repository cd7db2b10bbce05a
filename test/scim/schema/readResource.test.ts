import { expect } from 'chai';
import { ScimError } from '../../../src/scim/http/errors.ts';
import { field } from '../../../src/scim/schema/json.ts';
import { readResource } from '../../../src/scim/schema/readResource.ts';
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

  it('ignores unknown and read-only attributes, and names the unknown ones', () => {
    const body = {
      id: 'x',
      meta: { version: 'x' },
      schemas: ['x'],
      groups: [{ value: 'g' }],
      nonsense: 1,
      [`${USER_URN}:nonsense`]: 'x',
      [INTERACT_URN]: { password: 'x' },
      'emails.nonsense': 'x',
      'urn:nonsense': { title: 'x' },
      name: { nonsense: 1 },
      manager: { value: '2', displayName: 'The Boss', $ref: 'x' },
    };
    const unknown = new Set<string>();
    expect(readResource(userType, { userName: 'anna', ...body }, unknown)).to.deep.equal({
      userName: 'anna',
      [INTERACT_URN]: {},
      [ENTERPRISE_URN]: { manager: { value: '2' } },
    });
    expect([...unknown]).to.deep.equal([
      'nonsense',
      `${USER_URN}:nonsense`,
      `${INTERACT_URN}:password`,
      'emails.nonsense',
      'urn:nonsense',
      'name.nonsense',
    ]);
  });

  it('reads dotted names, names with their URN, and aliases of sub-attributes, as a PATCH does', () => {
    expect(
      read({ 'name.givenName': 'Anna', [`${USER_URN}:title`]: 'T', initials: 'AB', 'emails.value': 'a@b' }),
    ).to.deep.equal({
      userName: 'anna',
      title: 'T',
      name: { givenName: 'Anna' },
      emails: [{ value: 'a@b' }],
      [INTERACT_URN]: { name: { initials: 'AB' } },
    });
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

  it('reads whole numbers as texts, one value as a list of one, and unwraps simple values', () => {
    const body = {
      externalId: 157663,
      employeeNumber: 7,
      emails: { value: 'a@acme.com' },
      roles: 'r',
      title: [{ $ref: null, value: 'T' }],
      nickName: [{ value: null }],
      active: [{ value: 'False' }],
    };
    expect(read(body)).to.deep.equal({
      userName: 'anna',
      externalId: '157663',
      emails: [{ value: 'a@acme.com' }],
      roles: [{ value: 'r' }],
      title: 'T',
      active: false,
      [ENTERPRISE_URN]: { employeeNumber: '7' },
    });
  });

  it('joins values of the same type and value', () => {
    const emails = [
      { value: 'a@acme.com', type: 'work', primary: true },
      { value: 'A@acme.com', type: 'Work', display: 'A' },
      { value: 'a@acme.com', type: 'home' },
    ];
    expect(read({ emails }).emails).to.deep.equal([
      { value: 'A@acme.com', type: 'Work', primary: true, display: 'A' },
      { value: 'a@acme.com', type: 'home' },
    ]);
    const addresses = [{ type: 'work', locality: 'Oslo' }, { type: 'work', locality: 'Oslo' }, { locality: 'Oslo' }];
    expect(read({ addresses }).addresses).to.deep.equal(addresses.slice(1));
    const twice = [
      { value: 'x', primary: true },
      { value: 'x', primary: true },
    ];
    expect(read({ roles: twice }).roles).to.deep.equal(twice.slice(1));
  });

  it('merges parts of a complex attribute that arrive apart', () => {
    const body = { name: { givenName: 'Anna' }, [USER_URN]: { name: { familyName: 'Berg' } } };
    expect(read(body)).to.deep.include({ name: { givenName: 'Anna', familyName: 'Berg' } });
  });

  it('refuses invalid values with invalidValue', () => {
    const rolesUpTo = (count: number) => Array.from({ length: count }, (_, index) => ({ value: `role ${index}` }));
    const refused: Record<string, unknown>[] = [
      { userName: null },
      { userName: '' },
      { userName: '  ' },
      { userName: 5.5 },
      { externalId: 2 ** 60 },
      { userName: 'x'.repeat(257) },
      { title: 'a\0b' },
      { title: '\ud800' },
      { title: ['x', 'y'] },
      { title: [[['x']]] },
      { active: 'perhaps' },
      { active: 1 },
      { emails: [5] },
      {
        emails: [
          { value: 'x', primary: true },
          { value: 'y', primary: 'True' },
        ],
      },
      { name: 'Anna' },
      { roles: rolesUpTo(201) },
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
    expect(read({ roles: rolesUpTo(200), userName: 'x'.repeat(256) }).roles).to.have.length(200);
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
