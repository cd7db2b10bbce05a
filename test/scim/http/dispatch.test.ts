import { expect } from 'chai';
import { findHandler } from '../../../src/scim/http/dispatch.ts';
import { ScimError } from '../../../src/scim/http/errors.ts';
import { openScimServer, type ScimServer } from '../support/scimServer.ts';

describe('scim/dispatch', () => {
  let scim: ScimServer;

  before(async () => {
    scim = await openScimServer();
  });

  it('finds endpoints in any case, with or without a trailing slash', () => {
    for (const path of [
      '/',
      '',
      '/Users',
      '/users/',
      '/USERS/1',
      '/Groups',
      '/Schemas/urn:x',
      '/serviceproviderconfig',
      '/Me',
    ])
      expect(findHandler({ method: 'GET', path }), path).to.be.a('function');
    for (const path of ['/Bulk', '/.search', '/Users/.SEARCH', '/groups/.search'])
      expect(findHandler({ method: 'POST', path }), path).to.be.a('function');
  });

  it('refuses unknown endpoints with 404', () => {
    for (const path of [
      '/Nothing',
      '/Users/a/b',
      '/Me/x',
      '/Bulk/x',
      '/.search/x',
      '/ServiceProviderConfig/x',
      '/constructor',
      '/__proto__',
    ])
      expect(() => findHandler({ method: 'GET', path }), path)
        .to.throw(ScimError)
        .with.property('status', 404);
  });

  it('refuses unsupported methods with 405 and the supported ones', () => {
    const allowed = {
      '/Users': 'GET, POST',
      '/Groups/.search': 'POST',
      '/Users/1': 'GET, PUT, PATCH, DELETE',
      '/Schemas': 'GET',
      '/ResourceTypes/User': 'GET',
      '/Bulk': 'POST',
      '/Me': 'GET, POST, PUT, PATCH, DELETE',
    };
    for (const [path, Allow] of Object.entries(allowed))
      for (const method of ['OPTIONS', 'constructor'])
        expect(() => findHandler({ method, path }), path)
          .to.throw(ScimError)
          .that.deep.includes({ status: 405, headers: { Allow } });
  });

  it('returns 405 before it reads the body', async () => {
    const response = await scim.call('POST', '/ServiceProviderConfig', '{ not json');
    expect([response.status, response.headers.get('allow')]).to.deep.equal([405, 'GET']);
  });

  it('refuses malformed ids with 404', async () => {
    for (const path of [
      '/Users/x',
      '/Users/%00',
      '/Users/%ff',
      '/Groups/%00',
      '/Schemas/urn:nothing',
      '/ResourceTypes/x',
    ])
      expect((await scim.call('GET', path)).status, path).to.equal(404);
  });

  it('refuses filters on discovery endpoints with 403, and ignores other parameters there', async () => {
    for (const path of ['/ServiceProviderConfig', '/Schemas', '/ResourceTypes', '/ResourceTypes/User']) {
      expect((await scim.call('GET', `${path}?filter=name%20eq%20%22User%22`)).status, path).to.equal(403);
      const whole = await scim.call('GET', path);
      expect((await scim.call('GET', `${path}?count=0&sortBy=name`)).text).to.equal(whole.text);
    }
  });

  it('has no /Me', async () => {
    for (const method of ['GET', 'DELETE']) expect((await scim.call(method, '/Me')).status).to.equal(501);
  });
});
