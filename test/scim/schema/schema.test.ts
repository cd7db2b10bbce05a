import { expect } from 'chai';
import {
  ENTERPRISE_URN,
  findAttribute,
  findByPath,
  findSchema,
  findSubAttribute,
  groupType,
  INTERACT_URN,
  USER_URN,
  userType,
} from '../../../src/scim/schema/schema.ts';

describe('scim/schema', () => {
  /** The URN and name of what is found. */
  const found = (name: string, urn?: string) => {
    const schema = urn === undefined ? undefined : findSchema(userType, urn);
    const located = findAttribute(userType, name, schema);
    return located && `${located.schema.id}:${located.attribute.name}`;
  };

  it('finds attributes in any case, bare or within their schema', () => {
    expect(found('USERNAME')).to.equal(`${USER_URN}:userName`);
    expect(found('department')).to.equal(`${ENTERPRISE_URN}:department`);
    expect(found('department', ENTERPRISE_URN.toUpperCase())).to.equal(`${ENTERPRISE_URN}:department`);
    expect(found('meta')).to.equal(`${USER_URN}:meta`);
    expect(found('ID', USER_URN)).to.equal(`${USER_URN}:id`);
  });

  it('prefers the core attribute to one of the same name in an extension', () => {
    expect(found('name')).to.equal(`${USER_URN}:name`);
    expect(found('name', INTERACT_URN)).to.equal(`${INTERACT_URN}:name`);
  });

  it('knows the aliases that clients use, also within the schema', () => {
    expect(found('jobTitle')).to.equal(`${USER_URN}:title`);
    expect(found('company', ENTERPRISE_URN)).to.equal(`${ENTERPRISE_URN}:organization`);
    expect(found('dob')).to.equal(`${INTERACT_URN}:dateOfBirth`);
    expect(found('PasswordReset')).to.equal(`${INTERACT_URN}:forcePasswordReset`);
  });

  it('finds nothing unknown, of another schema or of a prototype', () => {
    for (const name of ['nonsense', `${USER_URN}:userName`, 'members', '__proto__', 'constructor', ''])
      expect(found(name), name).to.equal(undefined);
    for (const name of ['userName', 'department', 'meta']) expect(found(name, INTERACT_URN), name).to.equal(undefined);
    expect(findAttribute(groupType, 'userName')).to.equal(undefined);
  });

  it('knows the URNs of SCIM 1.1', () => {
    expect(findSchema(userType, 'urn:scim:schemas:core:1.0')?.id).to.equal(USER_URN);
    expect(findSchema(userType, 'URN:scim:schemas:extension:enterprise:1.0')?.id).to.equal(ENTERPRISE_URN);
    expect(findSchema(groupType, ENTERPRISE_URN)).to.equal(undefined);
    expect(findSchema(userType, 'urn:nonsense')).to.equal(undefined);
  });

  it('finds sub-attributes in any case', () => {
    const emails = findAttribute(userType, 'emails')?.attribute;
    if (!emails) throw new Error('There are no emails');
    expect(findSubAttribute(emails, 'VALUE')?.name).to.equal('value');
    expect(findSubAttribute(emails, 'nonsense')).to.equal(undefined);
  });

  it('finds an attribute and a sub-attribute by path', () => {
    const path = { urn: INTERACT_URN, name: 'name', sub: 'title' };
    expect(findByPath(userType, path)?.sub?.name).to.equal('title');
    expect(findByPath(userType, { name: 'title' }))
      .to.include({ schema: userType.schema })
      .and.to.not.have.property('sub');
    for (const unknown of [
      { ...path, urn: 'urn:nonsense' },
      { ...path, sub: 'givenName' },
      { name: 'title', sub: 'x' },
      { name: 'x' },
    ])
      expect(findByPath(userType, unknown), JSON.stringify(unknown)).to.equal(undefined);
  });
});
