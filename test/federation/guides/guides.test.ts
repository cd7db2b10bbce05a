import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { guideDrawings } from '../../../scripts/guideDrawings.ts';
import { providersPage } from '../../../scripts/providersPage.ts';
import { fillIn, findGuide, guideOf, guides, setupValues } from '../../../src/federation/guides/guides.ts';
import { jumpcloud } from '../../../src/federation/guides/jumpcloud.ts';
import { reasons } from '../../../src/federation/reasons.ts';
import { serviceProviderDetails } from '../../../src/federation/serviceProvider.ts';
import { aDomain } from '../../support/rows.ts';
import { fixture, read } from '../metadata/fixtures.ts';

const domain = aDomain({ url: 'https://intranet.acme.com', acsPath: '/sso/acs' });
const details = serviceProviderDetails(domain);
const values = setupValues(domain);

describe('federation/guides', () => {
  for (const guide of guides)
    describe(guide.name, () => {
      const forms = fillIn(guide, values);
      const fields = forms.flatMap((form) => form.fields);

      it('has the values of the domain in its fields, or our metadata, and no name of a value', () => {
        const entered = fields.filter(({ copy }) => copy).map(({ text }) => text);
        const hasBoth = [details.entityId, details.acsUrl].every((value) =>
          entered.some((text) => text.includes(value)),
        );
        expect(hasBoth || entered.some((text) => text.includes(details.metadataUrl))).to.equal(true);
        expect(entered.filter((text) => /\{\w+\}/.test(text.replaceAll('%{idp.home}', '')))).to.deep.equal([]);
      });

      it('names a reason, or the provider, for everything that goes wrong', () => {
        const codes = guide.pitfalls.flatMap(({ reason }) => reason ?? []);
        expect(codes).to.have.lengthOf.at.least(2);
        expect(Object.keys(reasons)).to.include.members(codes);
      });

      it('says where the metadata is, and names each field in the drawing and its text alternative', () => {
        expect(guide.metadata).to.match(/\.$/);
        const drawings = new Map(guideDrawings());
        for (const { drawing, alt, fields: drawn } of forms)
          for (const { label } of drawn) {
            expect(alt).to.contain(label);
            expect(drawings.get(drawing)).to.contain(label.replaceAll('&', '&amp;'));
          }
      });
    });

  it('have IDs that differ, and one guide for any other product at the end', () => {
    expect(new Set(guides.map(({ id }) => id)).size).to.equal(guides.length);
    expect([findGuide('okta')?.name, findGuide('nothing'), guides.at(-1)?.id]).to.deep.equal([
      'Okta',
      undefined,
      'other',
    ]);
  });

  it('are written to the documents and drawings: otherwise run npm run docs', () => {
    expect(readFileSync('docs/providers.md', 'utf8')).to.equal(providersPage());
    const drawings = guideDrawings();
    expect(readdirSync('public/guides')).to.have.members(drawings.map(([name]) => name));
    for (const [name, svg] of drawings) expect(readFileSync(`public/guides/${name}`, 'utf8'), name).to.equal(svg);
  });

  for (const id of ['jumpcloud', 'okta', 'entra', 'google', 'keycloak', 'adfs', 'shibboleth'])
    it(`are recognized by the metadata of ${id}`, () => {
      const facts = read(fixture(id));
      expect(guideOf({ entityId: facts.entityId, metadataUrl: null, facts })?.id).to.equal(id);
    });

  for (const [entityId, id] of [
    ['https://app.onelogin.com/saml/metadata/0f0c', 'onelogin'],
    ['https://auth.pingone.eu/0f0c', 'pingone'],
    ['urn:acme.eu.auth0.com', 'auth0'],
    ['https://okta.com.attacker.example/', undefined],
    ['https://idp.acme.com/metadata', undefined],
  ] as const)
    it(`are recognized by the EntityID ${entityId}: ${id}`, () => {
      expect(guideOf({ entityId, metadataUrl: null, facts: { singleSignOn: [] } })?.id).to.equal(id);
    });

  it('use the EntityID that a provider knows the domain by, and a pattern that only the ACS URL matches', () => {
    expect(setupValues(domain, 'urn:old').entityId).to.equal('urn:old');
    expect(details.acsUrl).to.match(new RegExp(values.acsPattern));
    expect('https://intranet-acme.com/sso/acs').not.to.match(new RegExp(values.acsPattern));
  });

  it('keep braces that name no value', () => {
    const fields = [{ label: 'Settings', code: '{"x": {y}, {host}}' }];
    const [form] = fillIn({ ...jumpcloud, forms: [{ title: 'Form', where: 'Menu', fields }] }, values);
    expect(form?.fields[0]?.text).to.equal('{"x": {y}, intranet.acme.com}');
  });
});
