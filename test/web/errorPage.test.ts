import { expect } from 'chai';
import express from 'express';
import request from 'supertest';
import { DatabaseFault } from '../../src/errors.ts';
import { createSetupLink } from '../../src/login/firstPowerUser.ts';
import { errorPage } from '../../src/web/errorPage.ts';
import { useViews } from '../../src/web/render.ts';
import { type Anteroom, startAnteroom } from '../support/anteroom.ts';
import { sendRaw } from '../support/hostClient.ts';
import { openTestStore } from '../support/stores.ts';
import { testDeps } from '../support/testDeps.ts';

describe('error pages', () => {
  let anteroom: Anteroom;

  beforeEach(async () => {
    anteroom = await startAnteroom();
  });

  it('show a reference that is in the log, and no details of internal errors', async () => {
    await anteroom.deps.store.db.schema.dropTable('identityProviders').execute();
    const answer = await sendRaw(anteroom, '/login');
    expect(answer.status).to.equal(500);
    expect(answer.text)
      .to.contain('Something went wrong on our side')
      .and.not.match(/identityProviders|no such table|at .*\.ts/);
    const reference = /Reference: <strong[^>]*>([\w-]+)</.exec(answer.text)?.[1];
    const entry = anteroom.deps.logged.find((line) => line.reference === reference);
    expect(entry).to.include({ level: 50, path: '/login', status: 500 });
  });

  it('are plain text if the page frame cannot be rendered', async () => {
    await anteroom.deps.store.db.schema.dropTable('settings').execute();
    const answer = await sendRaw(anteroom, '/login');
    expect([answer.status, answer.headers['content-type']]).to.deep.equal([500, 'text/plain; charset=utf-8']);
    expect(answer.text).not.to.contain('settings');
  });

  for (const engine of ['sqlite', 'postgres'] as const)
    it(`explain that someone else was faster if the database accepts one of two changes (${engine})`, async () => {
      const deps = await testDeps({ store: await openTestStore(engine) });
      const twice = () => deps.store.db.insertInto('settings').values({ name: 'a', valueJson: '1' }).execute();
      await twice();
      const app = express().use(twice).use(errorPage(deps));
      await request(app)
        .get('/')
        .set('accept', 'application/json')
        .expect(409, /Someone else just made the same change/);
    });

  it('try again automatically while the database is away, without repeating a POST', async () => {
    const deps = await testDeps();
    const app = express();
    useViews(app, deps);
    app.use(() => {
      throw new DatabaseFault(503, 'The database does not respond.');
    });
    app.use(errorPage(deps));
    const page = await request(app).get('/people').set('accept', 'text/html').expect(503).expect('retry-after', '5');
    expect(page.text).to.contain('<meta http-equiv="refresh" content="5">').and.contain('tries again automatically');
    const posted = await request(app).post('/saml/acs').set('accept', 'text/html').expect(503);
    expect(posted.text).to.contain('may not have been completed').and.not.contain('http-equiv="refresh"');
    await request(app)
      .get('/')
      .set('accept', 'application/json')
      .expect(503, { error: 'The database does not respond.' });
    expect(deps.logged.filter(({ level }) => level > 20)).to.deep.equal([]); // the database has logged it
  });

  it('are JSON for programs', async () => {
    for (const accept of ['application/json', 'application/problem+json, application/scim+json;q=0.9']) {
      const answer = await sendRaw(anteroom, '/nothing', { headers: { accept } });
      expect(answer.status).to.equal(404);
      expect(JSON.parse(answer.text)).to.have.all.keys('error', 'reference');
    }
  });

  it('keep secrets out of the log', async () => {
    const link = new URL((await createSetupLink(anteroom.deps)) ?? '');
    const token = link.pathname.split('/').at(-1) ?? '';
    const body = 'userName=maya';
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    expect((await sendRaw(anteroom, link.pathname, { method: 'POST', headers, body })).status).to.equal(403);
    expect(JSON.stringify(anteroom.deps.logged)).to.contain('/setup/').and.not.contain(token);
  });

  it('handle unusual methods and targets without an internal error', async () => {
    for (const [method, path] of [
      ['TRACE', '/'],
      ['DELETE', '/profile'],
      ['QUERY', '/people'],
      ['OPTIONS', '*'],
      ['GET', '/%00'],
      ['GET', '/saml/login/%00'],
      ['GET', '/logged-out?provider=%00&provider[]=1'],
      ['GET', '/login?return=a&return=b&__proto__[x]=1'],
      ['HEAD', '/saml/acs'],
    ] as const)
      expect((await sendRaw(anteroom, path, { method })).status, `${method} ${path}`).to.be.within(200, 499);
  });
});
