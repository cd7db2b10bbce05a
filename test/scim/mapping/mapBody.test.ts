import { expect } from 'chai';
import { personAttributes } from '../../../src/people/attributes.ts';
import { mapBody, pathOf, spellings, targetsOf } from '../../../src/scim/mapping/mapBody.ts';
import { userTypeOf } from '../../../src/scim/schema/schema.ts';
import { changeMapping } from '../../../src/sources/ownership.ts';
import { getSource } from '../../../src/sources/profileSources.ts';
import { withStores } from '../../support/stores.ts';
import { patch } from '../support/patch.ts';
import { openScimServer } from '../support/scimServer.ts';

const CORE = 'urn:ietf:params:scim:schemas:core:2.0:User';
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const INTERACT = 'urn:ietf:params:scim:schemas:extension:interactsoftware:2.0:User';
const ACME = 'urn:acme:2.0:User';
const type = userTypeOf(personAttributes);

describe('scim/mapping/mapBody', () => {
  const rules = [
    { from: 'costCode', to: 'costCenter' },
    { from: `${ACME}:desk`, to: 'location' },
    { from: 'office.floor', to: 'division' },
    { from: 'nickName', to: 'displayName' },
    { from: `${ACME}:secretSauce`, to: '' },
    { from: 'gone', to: 'removedAttribute' },
  ];
  const targets = targetsOf(type, rules);
  const mapped = (body: unknown) => mapBody(targets, body);
  const [costCenter, location, division] = [
    `${ENTERPRISE}:costCenter`,
    `${INTERACT}:location`,
    `${ENTERPRISE}:division`,
  ];

  it('finds the path of each attribute, and the ways to write one', () => {
    for (const { name } of personAttributes) expect(pathOf(type, name), name).to.match(/^urn:/);
    expect(pathOf(type, 'initials')).to.equal(`${INTERACT}:name.initials`);
    expect(spellings(type, 'JobTitle')).to.include.members(['title', 'jobtitle', `${CORE.toLowerCase()}:title`]);
    expect(spellings(type, 'name.givenName')).to.include('name.givenname');
    expect(spellings(type, ' CostCode ')).to.deep.equal(['costcode']);
  });

  it('renames and drops attributes of a POST, in any case, in extensions and objects', () => {
    const body = {
      userName: 'anna',
      COSTCODE: 7,
      [ACME]: { Desk: 'A12', secretSauce: 'x', other: 1 },
      office: { floor: '3' },
      [`${ACME}:desk2`]: 'x',
      [`${CORE}:nickName`]: 'Änni',
      gone: 1,
    };
    expect(mapped(body)).to.deep.equal({
      userName: 'anna',
      [costCenter]: 7,
      [ACME]: { other: 1 },
      [location]: 'A12',
      [division]: '3',
      [`${ACME}:desk2`]: 'x',
      [`${CORE}:displayName`]: 'Änni',
      gone: 1,
    });
    expect(mapped({ [ACME]: { secretSauce: 'x' } })).to.deep.equal({});
  });

  it('leaves everything else as it is, hostile names included', () => {
    const hostile = JSON.parse('{"__proto__":{"x":1},"office":[{"floor":1}],"constructor":null,"a":{"b":{"c":1}}}');
    expect(JSON.stringify(mapped(hostile))).to.equal(JSON.stringify(hostile));
    for (const body of [null, 'x', 7, [{ costCode: 1 }], { Operations: 'x' }, { Operations: [null, 'x'] }])
      expect(JSON.stringify(mapped(body)).length, JSON.stringify(body)).to.be.greaterThan(0);
  });

  it('renames the paths of a PATCH, and takes mapped parts out of values', () => {
    const operations = (body: unknown) => (mapped(body) as { Operations: unknown[] }).Operations;
    expect(
      operations({
        operations: [
          { Op: 'Replace', Path: `${ACME}:DESK`, Value: 'B1' },
          { op: 'remove', path: 'costcode' },
          { op: 'add', value: { title: 'Boss', costCode: 1, [ACME]: { secretSauce: 1 } } },
          { op: 'replace', path: ACME, value: { desk: 'C1', other: 2 } },
          { op: 'add', path: 'members[value eq "x"]', value: 1 },
        ],
      }),
    ).to.deep.equal([
      { op: 'Replace', path: location, value: 'B1' },
      { op: 'remove', path: costCenter },
      { op: 'add', value: { title: 'Boss' } },
      { op: 'add', path: costCenter, value: 1 },
      { op: 'replace', path: ACME, value: { other: 2 } },
      { op: 'replace', path: location, value: 'C1' },
      { op: 'add', path: 'members[value eq "x"]', value: 1 },
    ]);
    expect(operations(patch({ op: 'add', path: `${ACME}:secretSauce`, value: 1 }))).to.deep.equal([
      { op: 'add', value: {} },
    ]);
  });

  it('renames the beginning of paths with a filter or a sub-attribute', () => {
    const lists = targetsOf(type, [
      { from: 'phoneNumbers', to: 'ims' },
      { from: `${ACME}:tags`, to: '' },
    ]);
    const ims = `${CORE}:ims`;
    for (const [path, renamed] of [
      ['phoneNumbers[type eq "work"].value', `${ims}[type eq "work"].value`],
      [`${CORE}:PhoneNumbers[value eq "urn:x:y"]`, `${ims}[value eq "urn:x:y"]`],
      ['phoneNumbers.value', `${ims}.value`],
      ['emails[value eq "phoneNumbers.value"]', 'emails[value eq "phoneNumbers.value"]'],
    ] as const) {
      const expected = { schemas: patch().schemas, Operations: [{ op: 'add', path: renamed, value: 'x' }] };
      expect(mapBody(lists, patch({ op: 'add', path, value: 'x' })), path).to.deep.equal(expected);
      expect(mapBody(lists, { [path]: 'x' }), path).to.deep.equal({ [renamed]: 'x' });
    }
    expect(mapBody(lists, { [`${ACME}:tags[type eq "x"].value`]: 'x' })).to.deep.equal({});
  });

  withStores((open) => {
    it('applies to the requests of its source, which owns the targets and gets no note for what is ignored', async () => {
      const scim = await openScimServer(await open(), { refuseUnknownAttributes: true });
      await changeMapping(scim.deps, scim.sourceId, rules);
      const sent = { userName: 'anna', costCode: 7, [ACME]: { desk: 'A12', secretSauce: 'x' } };
      const created = await scim.call('POST', '/Users', sent);
      expect(created.status, created.text).to.equal(201);
      const { id } = created.body;
      expect(created.body).to.deep.include({ [ENTERPRISE]: { costCenter: '7' }, [INTERACT]: { location: 'A12' } });
      expect((await getSource(scim.deps, scim.sourceId)).ownership).to.equal(' location costCenter ');
      const changed = await scim.call(
        'PATCH',
        `/Users/${id}`,
        patch({ op: 'replace', path: `${ACME}:desk`, value: 'B1' }),
      );
      expect(changed.body).to.deep.include({ [INTERACT]: { location: 'B1' } });
      const ignored = await scim.call(
        'PATCH',
        `/Users/${id}`,
        patch({ op: 'add', path: `${ACME}:secretSauce`, value: 1 }),
      );
      expect([ignored.status, ignored.body.meta.version]).to.deep.equal([200, changed.body.meta.version]);
      expect((await scim.call('PUT', `/Users/${id}`, { userName: 'anna', costCode: 8 })).body).to.not.have.property(
        INTERACT,
      );
    });
  });
});
