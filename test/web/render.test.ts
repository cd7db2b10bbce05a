import { expect } from 'chai';
import express from 'express';
import supertest from 'supertest';
import { initials, useViews } from '../../src/web/render.ts';
import { addPerson, startAnteroom } from '../support/anteroom.ts';
import { logInLocally } from '../support/client.ts';
import { sendRaw } from '../support/hostClient.ts';

describe('web/render', () => {
  it('responds to HEAD without a body', async () => {
    const anteroom = await startAnteroom();
    const page = await sendRaw(anteroom, '/login');
    const head = await sendRaw(anteroom, '/login', { method: 'HEAD' });
    expect([head.status, head.text]).to.deep.equal([200, '']);
    expect(head.headers['content-type']).to.equal('text/html; charset=utf-8');
    expect(Number(page.headers['content-length'])).to.equal(Buffer.byteLength(page.text));
    expect(head.headers['content-length']).to.equal(page.headers['content-length']);
  });

  it('shows exact times in the time zone of the person', async () => {
    const anteroom = await startAnteroom();
    await addPerson(anteroom.deps, { timezone: 'Asia/Tokyo' });
    expect((await (await logInLocally(anteroom)).get('/profile')).text).to.match(/title="[^"]+ Asia\/Tokyo">just now/);
  });

  for (const [name, letters] of [
    ['Anna Berg', 'AB'],
    ['Anna von der Ahe', 'AA'],
    ['anna', 'A'],
    ['Anna ßtraße', 'Aß'],
    ['"Zoë" \'Quoted\'', 'ZQ'],
    ['(Anna) -', 'A'],
    ['\u{1d54f} 7up', '\u{1d54f}7'],
    ['…', ''],
    ['', ''],
  ] as const)
    it(`shows ${JSON.stringify(name)} as ${letters}`, () => expect(initials(name)).to.equal(letters));

  it('passes errors of views and of sending on', async () => {
    const app = express();
    useViews(app, (await startAnteroom()).deps);
    app.get('/broken', (_req, res) => res.render('intranet/home', {}));
    app.get('/late', (_req, res) => {
      res.render('layout/mark');
      res.write('already begun');
    });
    const told: string[] = [];
    app.use((error: Error, _req: express.Request, res: express.Response, _next: express.NextFunction) => {
      told.push(error.message.split('\n').at(-1) ?? '');
      if (res.headersSent) res.end();
      else res.status(500).end('told');
    });
    const broken = await supertest(app).get('/broken');
    expect([broken.status, broken.text]).to.deep.equal([500, 'told']);
    expect((await supertest(app).get('/late')).text).to.equal('already begun');
    expect(told[1]).to.match(/Cannot set headers after they are sent/);
  });
});
