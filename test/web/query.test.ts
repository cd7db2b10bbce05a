import { expect } from 'chai';
import express from 'express';
import request from 'supertest';
import { identifierOnly, queryText, withQuery } from '../../src/web/query.ts';

describe('query parameters', () => {
  const app = express();
  app.param('id', identifierOnly);
  app.get('/text', (req, res) => void res.json(queryText(req, 'q', 5)));
  app.get('/items/:id', (_req, res) => void res.json('found'));

  it('are trimmed, cut and free of control characters', async () => {
    for (const [query, expected] of [
      ['q=a', 'a'],
      ['q=%20a%00%0Ab%20', 'a b'],
      ['q=123456', '12345'],
      ['q=a&q=b', ''],
      ['q[x]=a', ''],
      ['', ''],
    ])
      expect((await request(app).get(`/text?${query}`)).body, query).to.equal(expected);
  });

  it('are omitted from a path if they are empty', () => {
    expect(withQuery('/people', { q: 'a b', page: '', before: undefined })).to.equal('/people?q=a+b');
    expect(withQuery('/people', { q: '' })).to.equal('/people');
  });

  it('accept only identifiers where one is expected', async () => {
    for (const id of ['a', '0192-AB_c', 'x'.repeat(64)]) await request(app).get(`/items/${id}`).expect(200);
    for (const id of ['x'.repeat(65), 'a.b', '%2e%2e', 'a%00', "a'"])
      await request(app).get(`/items/${id}`).expect(404);
  });
});
