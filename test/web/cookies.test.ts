import { readdir, readFile } from 'node:fs/promises';
import { expect } from 'chai';
import express from 'express';
import { cookiesOf, readCrossSiteCookie, setCrossSiteCookie } from '../../src/web/cookies.ts';
import { sendRaw } from '../support/hostClient.ts';
import { serve } from '../support/listen.ts';

describe('cookies', () => {
  it('are sent with a cross-site POST: SameSite=None and Secure, only for /saml', async () => {
    const { cookies } = await ask(true);
    expect(cookies).to.deep.equal([
      '__Secure-anteroom-request=secret; Max-Age=600; Path=/saml; Expires=X; HttpOnly; Secure; SameSite=None',
    ]);
  });

  it('have a second one on plain http, for clients that refuse Secure cookies there', async () => {
    const { cookies } = await ask(false);
    expect(cookies).to.deep.equal([
      'anteroom-request-plain=secret; Max-Age=600; Path=/saml; Expires=X; HttpOnly',
      'anteroom-request=secret; Max-Age=600; Path=/saml; Expires=X; HttpOnly; Secure; SameSite=None',
    ]);
  });

  it('are read by the names of the scheme', async () => {
    expect((await ask(true, '__Secure-anteroom-request=one')).read).to.equal('one');
    for (const other of ['anteroom-request=two', 'anteroom-request-plain=two', ''])
      expect((await ask(true, other)).read).to.equal(undefined);
    expect((await ask(false, 'anteroom-request=two')).read).to.equal('two');
    expect((await ask(false, 'anteroom-request-plain=three')).read).to.equal('three');
    expect((await ask(false, '__Secure-anteroom-request=one')).read).to.equal(undefined);
  });

  it('are an object without a prototype, and the first of two counts', async () => {
    const { all } = await ask(false, '__proto__=x; constructor=y; a=1; a=2; b=%E0%A4%A; c=%00');
    expect(all).to.deep.equal([
      ['__proto__', 'x'],
      ['constructor', 'y'],
      ['a', '1'],
      ['b', '%E0%A4%A'],
      ['c', '%00'],
    ]);
    expect((await ask(false, '')).inherited).to.equal(undefined);
  });

  it('are all in docs/privacy.md', async () => {
    const page = await readFile('docs/privacy.md', 'utf8');
    const documented = [...page.matchAll(/^\| `(anteroom[-\w]*)…?` \|/gm)].map(([, name]) => name);
    const sources = (await readdir('src', { recursive: true })).filter((name) => name.endsWith('.ts'));
    const texts = await Promise.all(sources.map((name) => readFile(`src/${name}`, 'utf8')));
    const named = texts.join('').matchAll(/['`}](anteroom-[a-z]+-?)(?=['$])/g);
    const crossSite = ['anteroom-who', 'anteroom-request-', 'anteroom-again'];
    expect(documented).to.have.members(['anteroom', ...crossSite, ...new Set([...named].map(([, name]) => name))]);
  });
});

/** Runs a handler for a request of an https or http domain. */
async function ask(secure: boolean, cookie = '') {
  const app = express();
  app.use((req, res) => {
    Object.assign(res.locals, { domain: { url: secure ? 'https://acme.com' : 'http://localhost' } });
    const found = {
      all: Object.entries(cookiesOf(req)),
      inherited: cookiesOf(req).toString,
      read: readCrossSiteCookie(req, 'request'),
    };
    setCrossSiteCookie(req, res, 'request', 'secret', 600_000);
    res.json(found);
  });
  const answer = await sendRaw({ url: await serve(app) }, '/', { headers: { cookie } });
  const cookies = answer.cookies.map((line) => line.replace(/Expires=[^;]+/, 'Expires=X'));
  return { cookies, ...(JSON.parse(answer.text) as { all: string[][]; inherited?: unknown; read?: string }) };
}
