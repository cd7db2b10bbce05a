import { expect } from 'chai';
import { type Body, openScimServer, type ScimServer } from '../support/scimServer.ts';

const INTERACT = 'urn:ietf:params:scim:schemas:extension:interactsoftware:2.0:User';
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

describe('scim/discovery', () => {
  let scim: ScimServer;
  let schemas: Body[];

  before(async () => {
    scim = await openScimServer();
    schemas = (await scim.call('GET', '/Schemas')).body.Resources;
  });

  it('describes what the server supports', async () => {
    const supported = { supported: true };
    const { body } = await scim.call('GET', '/ServiceProviderConfig');
    expect(body).to.deep.include({ patch: supported, sort: supported, etag: supported, changePassword: supported });
    expect(body.pagination).to.include({ cursor: true, index: true, defaultPageSize: 100, cursorTimeout: 3_600 });
    expect(body.filter).to.deep.equal({ supported: true, maxResults: 1_000 });
    expect(body.bulk).to.deep.equal({ supported: true, maxOperations: 1_000, maxPayloadSize: 1_900_000 });
  });

  it('lists the resource types, each at its location', async () => {
    const types = (await scim.call('GET', '/ResourceTypes')).body.Resources;
    expect(types.map(({ endpoint }) => endpoint)).to.deep.equal(['/Users', '/Groups']);
    for (const type of types)
      expect((await scim.call('GET', type.meta.location.slice(scim.baseUrl.length))).body).to.deep.equal(type);
  });

  it('lists the schemas, each at its URN in any case', async () => {
    expect(schemas).to.have.length(7);
    for (const schema of schemas)
      expect((await scim.call('GET', `/Schemas/${schema.id.toUpperCase()}`)).body).to.deep.equal(schema);
  });

  it('describes itself with the attributes of its schemas', async () => {
    const config = (await scim.call('GET', '/ServiceProviderConfig')).body;
    const types = (await scim.call('GET', '/ResourceTypes')).body.Resources;
    for (const description of [config, ...types, ...schemas])
      expectDeclared(description, schemaOf(description.schemas[0]), []);
  });

  it('shows no limits of ours in the schemas', () => {
    expect(JSON.stringify(schemas)).to.not.contain('maxLength');
  });

  it('lists the canonical values of userType and loginType', () => {
    const attributes = schemas.flatMap((schema) => schema.attributes) as { name: string; canonicalValues?: string[] }[];
    const canonical = attributes.filter(({ canonicalValues }) => canonicalValues);
    expect(canonical.map(({ name, canonicalValues }) => [name, canonicalValues])).to.deep.equal([
      ['userType', ['Power User', 'Intranet User', 'Non Intranet User']],
      ['loginType', ['SAML', 'Local Login', 'Windows Login']],
    ]);
  });

  it('declares every attribute that people and groups are returned with', async () => {
    const boss = (await scim.call('POST', '/Users', { userName: 'boss' })).body.id;
    const { id } = (
      await scim.call('POST', '/Users', {
        userName: 'anna',
        externalId: 'x',
        nickName: 'x',
        name: { givenName: 'x', honorificPrefix: 'x' },
        emails: [{ value: 'a@b', display: 'x', type: 'work', primary: true }],
        photos: [{ value: 'https://acme.com/x.png', type: 'photo' }],
        addresses: [{ locality: 'Oslo' }],
        roles: [{ value: 'x' }],
        x509Certificates: [{ value: 'AAAA' }],
        [INTERACT]: { location: 'x', name: { title: 'Dr' }, omitFromSearch: true },
        [ENTERPRISE]: { costCenter: 'x', manager: boss },
      })
    ).body;
    const group = { displayName: 'G', externalId: 'g', members: [{ value: id }] };
    const groupId = (await scim.call('POST', '/Groups', group)).body.id;
    const user = (await scim.call('GET', `/Users/${id}`)).body;
    expect(user.schemas).to.have.length(3);
    expect(user.groups).to.have.length(1);
    for (const resource of [user, (await scim.call('GET', `/Groups/${groupId}`)).body])
      for (const urn of resource.schemas)
        expectDeclared((resource[urn] as Body) ?? resource, schemaOf(urn), resource.schemas);
  });

  function schemaOf(urn: string | undefined): Body {
    const schema = schemas.find(({ id }) => id === urn);
    if (!schema) throw new Error(`${urn} is not declared`);
    return schema;
  }
});

function expectDeclared(value: Body, schema: Body, urns: string[]): void {
  const attributes = schema.attributes as { name: string; subAttributes?: { name: string }[] }[];
  for (const [name, part] of Object.entries(value)) {
    if (['schemas', 'id', 'meta', ...urns].includes(name)) continue;
    const attribute = attributes.find((known) => known.name === name);
    expect(attribute, name).to.be.an('object');
    for (const item of Array.isArray(part) ? part : [part])
      if (typeof item === 'object' && item !== null)
        expect(attribute?.subAttributes?.map((sub) => sub.name)).to.include.members(Object.keys(item));
  }
}
