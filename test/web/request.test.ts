import { expect } from 'chai';
import express from 'express';
import request from 'supertest';
import { clientOf } from '../../src/web/request.ts';

describe('clientOf', () => {
  const app = express();
  app.set('trust proxy', 'loopback');
  app.use((req, res) => void res.json(clientOf(req)));

  it('returns the address that a trusted proxy names, and the start of the user agent', async () => {
    const headers = { 'x-forwarded-for': '203.0.113.7', 'user-agent': 'x'.repeat(300) };
    const { body } = await request(app).get('/').set(headers);
    expect(body).to.deep.equal({ network: '203.0.113.7', userAgent: 'x'.repeat(256) });
  });
});
