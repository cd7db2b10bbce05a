import { expect } from 'chai';
import express, { type Request, type Response } from 'express';
import request from 'supertest';
import { AppError } from '../../src/errors.ts';
import { rateLimit } from '../../src/web/rateLimit.ts';
import { testDeps } from '../support/testDeps.ts';

describe('web/rateLimit', () => {
  async function open(env: Record<string, string> = {}) {
    const deps = await testDeps({ env });
    const app = express();
    app.set('trust proxy', true);
    app.use(rateLimit(deps, 2), (_req, res) => void res.end('ok'));
    app.use(((error, _req, res, _next) => {
      res.status(error instanceof AppError ? error.status : 500).end();
    }) satisfies express.ErrorRequestHandler);
    const get = (address: string) => request(app).get('/').set('X-Forwarded-For', address);
    return { deps, get };
  }

  it('refuses more requests a minute from one network with 429, until the minute is over', async () => {
    const { deps, get } = await open();
    for (const status of [200, 200, 429, 429]) expect((await get('192.0.2.1')).status).to.equal(status);
    expect((await get('192.0.2.2')).status).to.equal(200);
    deps.clock.advance(20_000);
    expect((await get('192.0.2.1')).headers).to.include({ 'retry-after': '40' });
    deps.clock.advance(40_000);
    expect((await get('192.0.2.1')).status).to.equal(200);
  });

  it('starts again if the clock is set back', async () => {
    const { deps, get } = await open();
    for (const status of [200, 200, 429]) expect((await get('192.0.2.1')).status).to.equal(status);
    deps.clock.advance(-3_600_000);
    expect((await get('192.0.2.1')).status).to.equal(200);
  });

  it('counts the addresses of an IPv6 /64 together', async () => {
    const { get } = await open();
    for (const [address, status] of [
      ['2001:db8::1', 200],
      ['2001:db8::2', 200],
      ['2001:db8::3', 429],
      ['2001:db8:0:1::1', 200],
    ] as const)
      expect((await get(address)).status, address).to.equal(status);
  });

  it('forgets the counts of a minute past 100,000 networks, so that they do not fill the memory', async () => {
    const limit = rateLimit(await testDeps(), 1);
    const allows = (ip: string) => {
      try {
        limit({ ip } as Request, { set: () => {} } as unknown as Response, () => {});
        return true;
      } catch {
        return false;
      }
    };
    expect([allows('192.0.2.1'), allows('192.0.2.1')]).to.deep.equal([true, false]);
    for (let i = 1; i < 100_000; i += 1) allows(`10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`);
    expect(allows('192.0.2.1')).to.equal(true);
  });

  it('limits nothing if rate limits are off', async () => {
    const { get } = await open({ RATE_LIMITS: 'off' });
    for (let i = 0; i < 4; i += 1) expect((await get('192.0.2.1')).status).to.equal(200);
  });
});
