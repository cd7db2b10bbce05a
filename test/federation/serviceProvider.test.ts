import { expect } from 'chai';
import type { Router } from 'express';
import { buildApp } from '../../src/app.ts';
import {
  changesOfDetails,
  defaultAcsUrl,
  RESERVED_PATHS,
  reservedPathOf,
  serviceProviderDetails,
  withOwnDetails,
} from '../../src/federation/serviceProvider.ts';
import { aDomain } from '../support/rows.ts';
import { testDeps } from '../support/testDeps.ts';

const domain = aDomain({ url: 'https://a.com' });

describe('federation/serviceProvider', () => {
  it('derives the Service Provider Details from the URL', () => {
    expect(serviceProviderDetails(domain)).to.deep.equal({
      entityId: 'https://a.com/saml/metadata',
      metadataUrl: 'https://a.com/saml/metadata',
      acsUrl: 'https://a.com/saml/acs',
      sloUrl: 'https://a.com/saml/slo',
    });
    expect(defaultAcsUrl(domain)).to.equal(undefined);
  });

  it('prefers what the domain has of its own, and what a provider knows it by', () => {
    const own = { ...domain, spEntityId: 'urn:old', acsPath: '/sso/acs' };
    expect(serviceProviderDetails(own)).to.include({ entityId: 'urn:old', acsUrl: 'https://a.com/sso/acs' });
    expect(serviceProviderDetails(own, 'other').entityId).to.equal('other');
    expect(defaultAcsUrl(own)).to.equal('https://a.com/saml/acs');
    expect(changesOfDetails(domain, own)).to.deep.equal([
      { label: 'EntityID', before: 'https://a.com/saml/metadata', after: 'urn:old' },
      { label: 'ACS URL', before: 'https://a.com/saml/acs', after: 'https://a.com/sso/acs' },
    ]);
    expect(changesOfDetails(own, own)).to.deep.equal([]);
  });

  it('accepts any URI of 1,024 characters, and the plain names of other products', () => {
    for (const entityId of [
      'urn:x',
      'https://a.com/?a=b#c',
      'acme-intranet',
      'spn:1f',
      'é:',
      `urn:${'x'.repeat(1_020)}`,
    ])
      expect(saved({ entityId })).to.deep.include({ spEntityId: entityId });
    expect(saved({ entityId: ' urn:x ' })).to.include({ spEntityId: 'urn:x' });
    for (const entityId of ['', 'https://a.com/saml/metadata'])
      expect(saved({ entityId })).to.include({ spEntityId: null });
    for (const entityId of ['a b', 'urn:"', '<urn>', 'a\u0000', 'a\u200bb', `urn:${'x'.repeat(1_021)}`])
      expect(saved({ entityId }), entityId).to.equal('entityId');
  });

  it('accepts paths that no route of the app has', () => {
    for (const acsPath of [
      '/sso/acs',
      '/saml/SSO',
      '/saml/acs/',
      '/saml2_auth/acs/',
      '/wp-content/a.php/b',
      '/savings',
    ])
      expect(saved({ acsPath })).to.include({ acsPath });
    for (const acsPath of ['', '/saml/acs', ' /saml/acs ']) expect(saved({ acsPath })).to.include({ acsPath: null });
    for (const acsPath of [
      ...[
        'sso',
        '/',
        '//evil.example',
        '/a//b',
        '/a/../b',
        '/./a',
        '/..',
        '/a?b',
        '/a#b',
        '/a%2fb',
        '/a\\b',
        '/a b',
        '/é',
      ],
      ...['/login', '/LOGIN/', '/api/v2/x', '/settings/x', '/saml/metadata', '/saml/Login/x', 'https://a.com/sso'],
      `/${'a'.repeat(512)}`,
    ])
      expect(saved({ acsPath }), acsPath).to.equal('acsPath');
  });

  it('says which path is in use', () => {
    const refused = withOwnDetails(domain, { entityId: '', acsPath: '/Settings/acs' });
    expect(!refused.ok && refused.errors.acsPath).to.equal('The intranet uses /settings itself. Enter another path.');
  });

  it('reserves the path of every route, and no path without one', async () => {
    const paths = pathsOf(buildApp(await testDeps()).router as Router).filter((path) => path !== '/');
    expect(paths).to.have.length.greaterThan(40);
    const free = paths.filter((path) => path !== '/saml/acs' && reservedPathOf(path) === undefined);
    expect(free).to.deep.equal([]);
    const unused = RESERVED_PATHS.filter(
      (reserved) => !['/api', '/assets'].includes(reserved) && !paths.some((path) => path.startsWith(reserved)),
    );
    expect(unused).to.deep.equal([]);
  });
});

type Layer = { route?: { path: string | string[] }; handle?: { stack?: Layer[] } };

function pathsOf(router: Router | { stack?: Layer[] }): string[] {
  return ((router.stack ?? []) as Layer[]).flatMap(({ route, handle }) =>
    route ? [route.path].flat() : handle ? pathsOf(handle) : [],
  );
}

function saved(entered: { entityId?: string; acsPath?: string }) {
  const result = withOwnDetails(domain, { entityId: '', acsPath: '', ...entered });
  return result.ok ? result.value : Object.keys(result.errors).join();
}
