import { expect } from 'chai';
import express, { type ErrorRequestHandler } from 'express';
import request from 'supertest';
import { AppError } from '../../src/errors.ts';
import { initialSettings, saveIntranetSettings } from '../../src/people/intranetSettings.ts';
import { requireLogin, requireNewPassword, requirePowerUser, requireSecondFactor } from '../../src/web/requireLogin.ts';
import { addPerson } from '../support/anteroom.ts';
import { aDomain } from '../support/rows.ts';
import { testDeps } from '../support/testDeps.ts';

const sendStatus: ErrorRequestHandler = (error, _req, res, _next) => {
  res.status(error instanceof AppError ? error.status : 500).end();
};

describe('requireLogin', () => {
  const app = express();
  app.use((req, res, next) => {
    res.locals.domain = aDomain({ url: 'https://intranet.acme.com' });
    const userType = req.get('x-type');
    if (userType) Object.assign(req, { user: { userType } });
    next();
  });
  app.all('/profile', requireLogin, (_req, res) => void res.send('shown'));
  app.all('/settings', requirePowerUser, (_req, res) => void res.send('shown'));
  app.get('/', requireLogin);
  app.use(sendStatus);

  it('redirects a browser to the Log-In screen, which returns to the page', async () => {
    for (const [path, location] of [
      ['/profile?a=b&c', '/login?return=%2Fprofile%3Fa%3Db%26c'],
      ['/settings', '/login?return=%2Fsettings'],
      ['/', '/login'],
    ] as const)
      await request(app).get(path).set('accept', 'text/html').expect(303).expect('location', location);
    await request(app).post('/profile').set('accept', 'text/html').expect('location', '/login');
  });

  it('returns to the page of a form, marked so that its entries come back, and to no other site', async () => {
    for (const [referer, location] of [
      ['https://intranet.acme.com/settings/people/new?a=b', '/login?return=%2Fsettings%2Fpeople%2Fnew%3Fa%3Db%23kept'],
      ['https://evil.example/settings', '/login'],
      ['https://intranet.acme.com/', '/login'],
    ] as const)
      await request(app).post('/profile').set({ accept: 'text/html', referer }).expect('location', location);
  });

  it('returns 401 to a program', async () => {
    for (const accept of ['application/json', 'application/scim+json', 'application/problem+json, application/json'])
      await request(app).get('/profile').set('accept', accept).expect(401);
    await request(app).get('/profile').set('x-requested-with', 'XMLHttpRequest').expect(401);
    for (const accept of ['*/*', 'text/html, application/json', 'image/png'])
      await request(app).get('/profile').set('accept', accept).expect(303);
  });

  it('leads a browser to what is missing after a local login, and gives a program nothing before', async () => {
    const deps = await testDeps();
    await saveIntranetSettings(deps, { ...initialSettings, secondFactor: 'required' });
    const person = await addPerson(deps, { userType: 'Power User' });
    const user = { ...person, profile: { interact: { forcePasswordReset: true } }, login: { method: 'local' } };
    const waiting = express();
    waiting.use((req, _res, next) => next(void Object.assign(req, { user })));
    waiting.get('/password', requireNewPassword, (_req, res) => void res.send('shown'));
    waiting.get('/factor', requireSecondFactor(deps), (_req, res) => void res.send('shown'));
    waiting.use(sendStatus);
    for (const [path, location] of [
      ['/password', '/profile/password?return=%2Fpassword'],
      ['/factor', '/profile/security?return=%2Ffactor'],
    ] as const) {
      await request(waiting).get(path).set('accept', 'text/html').expect(303).expect('location', location);
      await request(waiting).get(path).set('accept', 'application/json').expect(403);
    }
  });

  it('shows Application Settings only to Power Users', async () => {
    const statuses = async (path: string) =>
      Promise.all(
        ['Power User', 'Intranet User'].map(async (type) => (await request(app).get(path).set('x-type', type)).status),
      );
    expect(await statuses('/profile')).to.deep.equal([200, 200]);
    expect(await statuses('/settings')).to.deep.equal([200, 403]);
  });
});
