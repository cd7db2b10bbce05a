import { expect } from 'chai';
import fc from 'fast-check';
import { personAttributes } from '../../../src/people/attributes.ts';
import {
  attributesOfUser,
  createIsoTime,
  userOfAttributes,
  userResource,
  userVersion,
} from '../../../src/scim/resources/userResource.ts';
import { readResource } from '../../../src/scim/schema/readResource.ts';
import { ENTERPRISE_URN, INTERACT_URN, USER_URN, userType } from '../../../src/scim/schema/schema.ts';
import { aUser } from '../../support/rows.ts';

describe('scim/userResource', () => {
  const resource = readResource(userType, {
    userName: 'anna',
    externalId: 'x',
    name: { givenName: 'Anna', familyName: 'Berg', middleName: 'M' },
    displayName: 'Anna Berg',
    title: 'Engineer',
    userType: 'Power User',
    active: false,
    emails: [
      { value: 'home', type: 'home' },
      { value: 'work', type: 'work', primary: true },
    ],
    roles: [{ value: 'x' }],
    [ENTERPRISE_URN]: { department: 'IT', costCenter: '7' },
    [INTERACT_URN]: { loginType: 'SAML', location: 'Oslo' },
  });

  it('turns SCIM attributes into a person and back', () => {
    const user = aUser(userOfAttributes(resource, undefined, personAttributes));
    expect(user).to.include({
      userName: 'anna',
      active: false,
      userType: 'Power User',
      email: 'work',
      department: 'IT',
    });
    expect(JSON.parse(JSON.stringify(attributesOfUser(user, personAttributes)))).to.deep.equal(resource);
  });

  it('gives a new person the defaults of active and userType', () => {
    expect(userOfAttributes({ userName: 'anna' }, undefined, personAttributes)).to.include({
      active: true,
      userType: 'Intranet User',
    });
  });

  it('keeps active and resets userType if they are removed, and shows neither', () => {
    const before = aUser({ active: false, userType: 'Power User' });
    const changed = { ...before, ...userOfAttributes({ userName: 'anna' }, before, personAttributes) };
    expect(changed).to.include({ active: false, userType: 'Intranet User' });
    const shown = JSON.parse(JSON.stringify(attributesOfUser(changed, personAttributes)));
    expect(shown).to.deep.equal({ userName: 'anna' });
  });

  it('shows a person with schemas, meta, groups and manager', () => {
    const user = aUser({
      id: 'u',
      userName: 'anna',
      version: 3,
      createdAt: 0,
      modifiedAt: 1_000,
      profile: { enterprise: { manager: { value: 'm' } } },
    });
    const shown = userResource(user, {
      baseUrl: 'https://acme.com/scim',
      isoTime: createIsoTime(),
      groups: new Map([['u', [{ id: 'g', displayName: 'G', type: 'direct' }]]]),
      names: new Map([['m', 'The Boss']]),
      attributes: personAttributes,
    });
    expect(JSON.parse(JSON.stringify(shown))).to.deep.equal({
      schemas: [USER_URN, ENTERPRISE_URN],
      id: 'u',
      userName: 'anna',
      userType: 'Intranet User',
      active: true,
      groups: [{ value: 'g', $ref: 'https://acme.com/scim/Groups/g', display: 'G', type: 'direct' }],
      [ENTERPRISE_URN]: {
        manager: { value: 'm', $ref: 'https://acme.com/scim/Users/m', displayName: 'The Boss' },
      },
      meta: {
        resourceType: 'User',
        created: '1970-01-01T00:00:00.000Z',
        lastModified: '1970-01-01T00:00:01.000Z',
        location: 'https://acme.com/scim/Users/u',
        version: userVersion(user, [{ id: 'g', displayName: 'G', type: 'direct' }]),
      },
    });
  });

  it('changes the version with the groups and their names', () => {
    const user = aUser({ version: 3 });
    const groups: Parameters<typeof userVersion>[1][] = [
      [],
      [{ id: 'g', displayName: 'G', type: 'direct' }],
      [{ id: 'g', displayName: 'H', type: 'direct' }],
      [{ id: 'h', displayName: 'G', type: 'direct' }],
      [{ id: 'h', displayName: 'G', type: 'indirect' }],
    ];
    const versions = groups.map((list) => userVersion(user, list));
    expect(versions[0]).to.equal('W/"3"');
    for (const version of versions.slice(1)) expect(version).to.match(/^W\/"3-\w+"$/);
    expect(new Set(versions)).to.have.property('size', 5);
  });

  describe('createIsoTime', () => {
    it('formats times as Date does, for times close together and far apart', () => {
      const close = fc.integer({ min: Date.UTC(2026, 2, 2), max: Date.UTC(2026, 2, 2, 0, 3) });
      const any = fc.integer({ min: Date.UTC(1, 0), max: Date.UTC(9999, 11, 31, 23, 59, 59, 999) });
      fc.assert(
        fc.property(fc.array(fc.oneof(close, any), { minLength: 1, maxLength: 20 }), (times) => {
          expect(times.map(createIsoTime())).to.deep.equal(times.map((at) => new Date(at).toISOString()));
        }),
        { seed: 20261201 },
      );
    });

    it('throws what Date throws, and still formats the next time', () => {
      const isoTime = createIsoTime();
      expect(() => isoTime(Number.NaN)).to.throw(RangeError);
      expect(isoTime(0)).to.equal('1970-01-01T00:00:00.000Z');
    });
  });
});
