import { expect } from 'chai';
import { type Anteroom, addPerson, startAnteroom, testPassword } from '../support/anteroom.ts';
import { openAtHost, type Raw } from '../support/hostClient.ts';

const BOUNDARY = '----WebKitFormBoundary7MA4YWxkTrZu0gW';
const FORM = 'application/x-www-form-urlencoded';

describe('the token of forms', () => {
  let anteroom: Anteroom;
  let browser: ReturnType<typeof openAtHost>;
  let token: string;

  beforeEach(async () => {
    anteroom = await startAnteroom();
    await addPerson(anteroom.deps, {});
    browser = openAtHost(anteroom, new URL(anteroom.url).host);
    await browser.post('/local-login', { userName: 'maya.koch', password: testPassword });
    token = /name="_csrf" value="([^"]+)"/.exec((await browser.send('/logout')).text)?.[1] ?? '';
  });

  for (const [title, raw] of [
    ['in the address alone', () => form('')],
    ['twice', () => form(`_csrf=${token}&_csrf=${token}`)],
    ['as an array', () => form(`_csrf[]=${token}`)],
    ['as a member of __proto__', () => form(`__proto__[_csrf]=${token}`)],
    ['in the address and a header', () => ({ ...form(''), headers: { 'content-type': FORM, 'x-csrf-token': token } })],
    ['twice in a multipart form', () => multipart(part(''), part(''))],
    ['as a file', () => multipart(part('; filename="a.txt"'))],
    ['as text and as a file', () => multipart(part(''), part('; filename="a.txt"'))],
    ['as JSON', () => ({ ...form(JSON.stringify({ _csrf: token })), headers: { 'content-type': 'application/json' } })],
    ['as plain text', () => ({ ...form(`_csrf=${token}`), headers: { 'content-type': 'text/plain' } })],
  ] as [string, () => Raw][])
    it(`counts for nothing ${title}`, async () => {
      expect((await browser.send(`/logout?_csrf=${token}`, { method: 'POST', ...raw() })).status).to.equal(403);
      expect((await browser.send('/profile')).status).to.equal(200);
    });

  for (const [title, raw] of [
    ['a form', () => form(`_csrf=${token}`)],
    ['a multipart form', () => multipart(part(''))],
  ] as [string, () => Raw][])
    it(`lets ${title} pass that carries it once`, async () => {
      expect((await browser.send('/logout', { method: 'POST', ...raw() })).status).to.equal(303);
    });

  it('is asked of every method that may change something', async () => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'QUERY', 'TRACE'])
      expect((await browser.send('/logout', { method })).status, method).to.equal(403);
  });

  it('is worth nothing in another session of the same person', async () => {
    const other = openAtHost(anteroom, new URL(anteroom.url).host);
    await other.post('/local-login', { userName: 'maya.koch', password: testPassword });
    const formCookie = /anteroom-form=[^;]+/.exec(browser.cookie())?.[0] ?? '';
    const cookie = `${other.cookie().replace(/anteroom-form=[^;]+/, formCookie)}`;
    const raw = form(`_csrf=${token}`);
    expect((await other.send('/logout', { ...raw, headers: { ...raw.headers, cookie } })).status).to.equal(403);
  });

  function form(body: string): Raw {
    return { method: 'POST', headers: { 'content-type': FORM }, body };
  }

  function part(suffix: string): string {
    return `--${BOUNDARY}\r\nContent-Disposition: form-data; name="_csrf"${suffix}\r\n\r\n${token}\r\n`;
  }

  function multipart(...parts: string[]): Raw {
    const headers = { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` };
    return { method: 'POST', headers, body: `${parts.join('')}--${BOUNDARY}--\r\n` };
  }
});
