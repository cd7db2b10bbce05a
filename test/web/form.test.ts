import { expect } from 'chai';
import express, { type ErrorRequestHandler } from 'express';
import { field, fieldValues, file, parseForm } from '../../src/web/form.ts';
import { sendRaw } from '../support/hostClient.ts';
import { serve } from '../support/listen.ts';

const names = ['a', 'b', '__proto__', 'constructor', 'toString'];
const BOUNDARY = '----WebKitFormBoundary7MA4YWxkTrZu0gW';
const URLENCODED = 'application/x-www-form-urlencoded';
const MULTIPART = `multipart/form-data; boundary=${BOUNDARY}`;

describe('forms', () => {
  let url: string;

  beforeEach(async () => {
    const app = express();
    app.use((req, _res, next) => {
      if (req.get('x-power')) Object.assign(req, { user: { userType: 'Power User' } });
      next();
    });
    app.use(parseForm());
    app.use((req, res) => {
      const fields = Object.fromEntries(
        names.map((name) => [`${name}.`, field(req, name)]).filter(([, value]) => value),
      );
      const uploaded = file(req, 'a');
      res.json({
        fields,
        all: fieldValues(req, 'a'),
        file: uploaded && Buffer.from(uploaded).toString(),
        polluted: 'x' in {},
      });
    });
    app.use(((error, _req, res, _next) => {
      res.status(error.status ?? 500).json({});
    }) satisfies ErrorRequestHandler);
    url = await serve(app);
  });

  it('are read the same in both encodings', async () => {
    const expected = { status: 200, fields: { 'a.': 'ä 1', 'b.': 'two' }, all: ['ä 1'], polluted: false };
    expect(await post(URLENCODED, 'a=%C3%A4+1&b=two')).to.deep.equal(expected);
    expect(await post(MULTIPART, parts(['a', 'ä 1'], ['b', 'two']))).to.deep.equal(expected);
  });

  it('have no value for a repeated field', async () => {
    for (const [type, body] of [
      [URLENCODED, 'a=1&a=2&b=3'],
      [MULTIPART, parts(['a', '1'], ['a', '2'], ['b', '3'])],
    ] as const)
      expect(await post(type, body)).to.deep.include({ fields: { 'b.': '3' }, all: ['1', '2'] });
  });

  it('keep files and text apart, even if one is sent instead of the other', async () => {
    expect(await post(MULTIPART, parts(['a', 'text', 'a.txt']))).to.deep.include({ fields: {}, all: [], file: 'text' });
    expect(await post(MULTIPART, parts(['a', 'text']))).not.to.include.keys('file');
    expect(await post(MULTIPART, parts(['a', 'text'], ['a', 'text', 'a.txt']))).to.deep.include({ fields: {} });
    expect(await post(MULTIPART, parts(['a', '', 'a.txt']))).not.to.include.keys('file');
  });

  it('have no special names', async () => {
    const expected = { fields: { 'constructor.': 'y' }, polluted: false };
    expect(await post(URLENCODED, '__proto__=x&constructor=y&__proto__[x]=1')).to.deep.include(expected);
    const body = parts(['__proto__', 'x'], ['constructor', 'y'], ['__proto__[x]', '1']);
    expect(await post(MULTIPART, body)).to.deep.include({
      fields: { '__proto__.': 'x', 'constructor.': 'y' },
      polluted: false,
    });
  });

  it('are empty if they are truncated, of another type or missing', async () => {
    for (const [type, body] of [
      [MULTIPART, `--${BOUNDARY}\r\nContent-Disposition: form-data; name="a"\r\n\r\n1`],
      ['multipart/form-data', parts(['a', '1'])],
      [MULTIPART, ''],
      ['application/json', '{"a":"1"}'],
      ['text/plain', 'a=1'],
    ] as const)
      expect(await post(type, body), type).to.deep.include({ status: 200, fields: {} });
  });

  it('must not contain null characters, which PostgreSQL cannot store', async () => {
    expect((await post(URLENCODED, 'a=x%00y')).status).to.equal(400);
    expect((await post(URLENCODED, 'a=1&a=%00')).status).to.equal(400);
    expect((await post(MULTIPART, parts(['a', 'x\0y']))).status).to.equal(400);
    expect(await post(MULTIPART, parts(['a', 'x\0y', 'a.bin']))).to.deep.include({ status: 200, file: 'x\0y' });
  });

  it('are limited in size, except for Power Users', async () => {
    const [large, vast] = ['a'.repeat(65 * 1024), 'a'.repeat(17 * 1024 * 1024)];
    for (const type of [URLENCODED, MULTIPART]) {
      const body = (text: string) => (type === MULTIPART ? parts(['a', text]) : `a=${text}`);
      expect((await post(type, body(large))).status).to.equal(413);
      expect((await post(type, body(large), { 'x-power': '1' })).status).to.equal(200);
      expect((await post(type, body(vast), { 'x-power': '1' })).status).to.equal(413);
    }
    expect((await post(URLENCODED, 'a=1&'.repeat(1_001))).status).to.equal(413);
  });

  async function post(type: string, body: string, headers: Record<string, string> = {}) {
    const answer = await sendRaw({ url }, '/', { method: 'POST', headers: { 'content-type': type, ...headers }, body });
    return { status: answer.status, ...(JSON.parse(answer.text) as { fields?: object; file?: string }) };
  }
});

/** Returns the body of a multipart form. A part with a third element is a file of that name. */
function parts(...list: [name: string, value: string, fileName?: string][]): string {
  const written = list.map(([name, value, fileName]) => {
    const suffix = fileName === undefined ? '' : `; filename="${fileName}"`;
    return `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"${suffix}\r\n\r\n${value}\r\n`;
  });
  return `${written.join('')}--${BOUNDARY}--\r\n`;
}
