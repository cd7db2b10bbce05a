import { expect } from 'chai';
import { ENTERPRISE_URN } from '../../../src/scim/schema/schema.ts';
import { withStores } from '../../support/stores.ts';
import { openScimServer, type ScimServer } from '../support/scimServer.ts';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

describe('scim/filterSql', () => {
  withStores((open) => {
    let scim: ScimServer;
    let boss: string;

    before(async () => {
      scim = await openScimServer(await open());
      boss = (await scim.call('POST', '/Users', { userName: 'boss', displayName: 'The Boss', nickName: 'B' })).body.id;
      const made = await scim.call('POST', '/Users', {
        userName: 'Zoë',
        externalId: 'Case',
        name: { familyName: 'MÜLLER' },
        title: '50% _Sales\\ "x"',
        emails: [
          { value: 'zoe@acme.com', type: 'work' },
          { value: 'zoe@home.example', type: 'home' },
        ],
        omitFromSearch: true,
        [ENTERPRISE]: { employeeNumber: '7', manager: { value: boss } },
      });
      await scim.call('POST', '/Users', {
        userName: 'carl',
        active: false,
        title: 'ΠΑΠΑΔΟΠΟΥΛΟΣ İZMİR',
        locale: '300 \u212a', // the Kelvin sign, whose lower case is a k
        emails: [{ value: 'carl@acme.com', type: 'home' }],
      });
      await scim.call('POST', '/Groups', { displayName: 'Übersetzer', members: [{ value: made.body.id }] });
    });

    const cases: Record<string, string[]> = {
      'userName eq "ZOË"': ['Zoë'],
      'userName ne "zoë"': ['boss', 'carl'],
      'userName sw "B"': ['boss'],
      'userName co "AR"': ['carl'],
      'userName ew "L"': ['carl'],
      'userName ew ""': ['Zoë', 'boss', 'carl'],
      'userName gt "boss"': ['Zoë', 'carl'],
      'userName le "boss"': ['boss'],
      'externalId eq "Case"': ['Zoë'],
      'externalId eq "case"': [],
      'name.familyName eq "müller"': ['Zoë'],
      'name.familyname pr': ['Zoë'],
      'name pr': ['Zoë'],
      'not (name.familyName eq "müller")': ['boss', 'carl'],
      'not (nickName pr) and active eq "True"': ['Zoë'],
      'title eq "50% _sales\\\\ \\"X\\""': ['Zoë'],
      'title sw "50%"': ['Zoë'],
      'title co "_S"': ['Zoë'],
      'title eq "ΠΑΠΑΔΟΠΟΥΛΟΣ İZMİR"': ['carl'],
      'title sw "ΠΑΠΑΔΟΠΟΥΛΟΣ"': ['carl'],
      'title ew "İZMİR"': ['carl'],
      'locale eq "300 \u212a"': ['carl'],
      'active eq false or nickName eq "b"': ['boss', 'carl'],
      'active ne true': ['carl'],
      'omitFromSearch eq true': ['Zoë'],
      'omitFromSearch ne true': ['boss', 'carl'],
      'nickName eq null': ['Zoë', 'carl'],
      'nickName ne null': ['boss'],
      'emails eq "ZOE@acme.com"': ['Zoë'],
      'emails co "home"': ['Zoë'],
      'emails.value co "acme.com"': ['Zoë', 'carl'],
      'emails[type eq "work" and value co "acme"]': ['Zoë'],
      'emails[type eq "work" and value eq "zoe@home.example"]': [],
      'emails[not (type eq "home")]': ['Zoë'],
      'emails pr and not (emails.type eq "work")': ['carl'],
      'phoneNumbers pr': [],
      [`${ENTERPRISE}:employeeNumber eq "7"`]: ['Zoë'],
      'employeeNumber gt "6"': ['Zoë'],
      'manager.displayName eq "the boss"': ['Zoë'],
      'groups.display eq "ÜBERSETZER"': ['Zoë'],
      'groups[display sw "über" and type eq "direct"]': ['Zoë'],
      'meta.created ge "2026-01-01T00:00:00Z" and meta.lastModified lt "2027-01-01T00:00:00+02:00"': [
        'Zoë',
        'boss',
        'carl',
      ],
      'meta.resourceType eq "User"': ['Zoë', 'boss', 'carl'],
      'urn:ietf:params:scim:schemas:core:2.0:User:USERNAME eq "carl"': ['carl'],
      [`schemas eq "${ENTERPRISE}"`]: ['Zoë'],
      'schemas co "InteractSoftware"': ['Zoë'],
      'schemas eq "urn:ietf:params:scim:schemas:core:2.0:User"': ['Zoë', 'boss', 'carl'],
      'not (schemas co "extension") and schemas pr': ['boss', 'carl'],
      'userName eq "a" or (userName eq "carl" and not (active eq true))': ['carl'],
    };

    for (const [filter, names] of Object.entries(cases))
      it(filter, async () => {
        const reply = await scim.call('GET', `/Users?filter=${encodeURIComponent(filter)}&attributes=userName`);
        expect(reply.status, reply.text).to.equal(200);
        expect(reply.body.Resources.map(({ userName }) => userName).sort()).to.deep.equal(names);
        expect(reply.body.totalResults).to.equal(names.length);
        // Without an index, every person is tested: the result must be the same.
        const tested = encodeURIComponent(`not (not (${filter}))`);
        expect((await scim.call('GET', `/Users?filter=${tested}`)).body.totalResults).to.equal(names.length);
      });

    it('finds people by the id of their manager, also as Entra asks for it', async () => {
      for (const [filter, count] of [
        [`manager.value eq "${boss}"`, 1],
        [`manager eq "${boss}"`, 1],
        [`id eq "${boss}" and manager eq "${boss}"`, 0],
        [`not (not (${ENTERPRISE_URN}:manager eq "${boss}"))`, 1],
        [`manager eq null and id eq "${boss}"`, 1],
      ] as const) {
        const { body } = await scim.call('GET', `/Users?filter=${encodeURIComponent(filter)}`);
        expect(body.totalResults, filter).to.equal(count);
      }
    });

    it('refuses filters that it does not support with invalidFilter, rather than finding nobody', async () => {
      for (const filter of [
        'nonsense eq "x"',
        'password eq "x"',
        'password pr',
        'name.nonsense eq "x"',
        'emails[nonsense eq "x"]',
        'active gt true',
        'active eq "x"',
        'userName eq true',
        'meta.created co "2026"',
        'meta.created gt "yesterday"',
        'meta.created gt 5',
        'urn:nonsense:userName eq "x"',
        'members eq "x"',
        'emails.value[type eq "x"]',
        '('.repeat(10_000),
      ]) {
        const reply = await scim.call('GET', `/Users?filter=${encodeURIComponent(filter)}`);
        expect(reply.status, filter).to.equal(400);
        expect(reply.body.scimType, filter).to.equal('invalidFilter');
      }
    });

    it('finds groups by name, schema and members', async () => {
      const zoe = (await scim.call('GET', '/Users?filter=userName eq "zoë"')).body.Resources[0]?.id;
      for (const filter of [
        'displayName eq "übersetzer"',
        'schemas eq "urn:ietf:params:scim:schemas:core:2.0:Group"',
        `members eq "${zoe}"`,
        `members.value eq "${zoe}"`,
        `members[value eq "${zoe}" and type eq "User"]`,
        'not (members.value eq "x")',
      ])
        expect(
          (await scim.call('GET', `/Groups?filter=${encodeURIComponent(filter)}`)).body.totalResults,
          filter,
        ).to.equal(1);
    });
  });
});
