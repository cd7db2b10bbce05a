import { expect } from 'chai';
import { project, readProjection, wants } from '../../../src/scim/protocol/projection.ts';
import { ENTERPRISE_URN, groupType, USER_URN, userType } from '../../../src/scim/schema/schema.ts';

describe('scim/projection', () => {
  const anna = {
    schemas: [USER_URN],
    id: '1',
    userName: 'anna',
    title: 'Engineer',
    name: { givenName: 'Anna', familyName: 'Berg' },
    emails: [{ value: 'a@work', type: 'work' }, { value: 'a@home' }],
    [ENTERPRISE_URN]: { department: 'IT', manager: { value: '2' } },
    meta: { version: 'W/"1"', created: '2026' },
  };
  const { schemas, id } = anna;

  function projected(parameters: Record<string, string>) {
    return project(userType, anna, readProjection(userType, new URLSearchParams(parameters)));
  }

  it('returns the whole resource without parameters', () => {
    expect(projected({})).to.equal(anna);
    expect(projected({ attributes: ' , ', excludedAttributes: '' })).to.equal(anna);
  });

  it('includes the given attributes, with id and schemas', () => {
    const { userName, title, name } = anna;
    expect(projected({ attributes: 'USERNAME, name' })).to.deep.equal({ schemas, id, userName, name });
    expect(projected({ attributes: 'name.givenName,emails.value' })).to.deep.equal({
      schemas,
      id,
      name: { givenName: 'Anna' },
      emails: [{ value: 'a@work' }, { value: 'a@home' }],
    });
    expect(projected({ attributes: 'name,name.givenName' })).to.deep.equal({ schemas, id, name });
    expect(projected({ attributes: 'name.givenName,name' })).to.deep.equal({ schemas, id, name });
    expect(projected({ attributes: `${USER_URN}:title` })).to.deep.equal({ schemas, id, title });
  });

  it('includes attributes of extensions, bare, with the URN, and all at once', () => {
    const { department, manager } = anna[ENTERPRISE_URN] as { department: string; manager: unknown };
    for (const attributes of ['department', `${ENTERPRISE_URN}:department`])
      expect(projected({ attributes })).to.deep.equal({ schemas, id, [ENTERPRISE_URN]: { department } });
    expect(projected({ attributes: ENTERPRISE_URN })).to.deep.equal({
      schemas,
      id,
      [ENTERPRISE_URN]: { department, manager },
    });
  });

  it('excludes the given attributes, but not id and schemas', () => {
    const { title: _, meta: __, ...rest } = anna;
    expect(projected({ excludedAttributes: 'title,meta,id,schemas' })).to.deep.equal(rest);
    expect(projected({ excludedAttributes: 'emails.type,manager' })).to.deep.equal({
      ...anna,
      emails: [{ value: 'a@work' }, { value: 'a@home' }],
      [ENTERPRISE_URN]: { department: 'IT' },
    });
    expect(projected({ excludedAttributes: ENTERPRISE_URN })).to.not.have.property(ENTERPRISE_URN);
  });

  it('ignores unknown names', () => {
    const names = 'nonsense,name.nonsense,urn:nonsense:title,a b,[,__proto__,name.';
    expect(projected({ attributes: names })).to.deep.equal({ schemas, id });
    expect(projected({ excludedAttributes: names })).to.deep.equal(anna);
  });

  it('prefers attributes to excludedAttributes', () => {
    expect(projected({ attributes: 'title', excludedAttributes: 'title' })).to.include({ title: 'Engineer' });
  });

  it('reads at most 100 names', () => {
    const names = (count: number) => [...Array(count).fill('nonsense'), 'title'].join(',');
    expect(projected({ attributes: names(99) })).to.have.property('title');
    expect(projected({ attributes: names(100) })).to.not.have.property('title');
  });

  it('tells whether the members of a group are wanted', () => {
    const wanted = (query: string) =>
      wants(groupType, 'members', readProjection(groupType, new URLSearchParams(query)));
    for (const query of ['', 'attributes=members', 'attributes=members.value', 'excludedAttributes=members.value'])
      expect(wanted(query), query).to.equal(true);
    for (const query of ['attributes=displayName', 'excludedAttributes=displayName,members'])
      expect(wanted(query), query).to.equal(false);
  });
});
