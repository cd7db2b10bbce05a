import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { usedStyles } from '../../scripts/usedStyles.ts';
import { startAnteroom } from '../support/anteroom.ts';
import { sendRaw } from '../support/hostClient.ts';

const MOST = 70_000; // octets of the Log-In screen, without the font

describe('web/assets', () => {
  it('has all rules of Tabler that the views use: otherwise run npm run docs', async () => {
    expect(readFileSync('public/tabler.css', 'utf8')).to.equal(await usedStyles());
  });

  it('sends the Log-In screen and all it needs compressed, and lets browsers keep the rest', async () => {
    const anteroom = await startAnteroom();
    const page = await sendRaw(anteroom, '/login');
    const needed = [...page.text.matchAll(/(?:href|src)="(\/(?:assets|theme)[^"]+)"/g)].map(([, path = '']) => path);
    expect(needed).to.have.lengthOf.at.least(5);
    let octets = Buffer.byteLength(page.text);
    for (const path of needed) {
      const { status, headers } = await sendRaw(anteroom, path.replaceAll('&amp;', '&'), {
        headers: { 'accept-encoding': 'gzip, br' },
      });
      expect([status, headers['cache-control']], path).to.deep.equal([200, 'public, max-age=31536000, immutable']);
      if (path.startsWith('/assets/')) expect(headers['content-encoding'], path).to.equal('br');
      octets += Number(headers['content-length']);
    }
    expect(octets).to.be.below(MOST);
  });

  it('sends files as they are to clients that accept no compression, and 404 for another name', async () => {
    const anteroom = await startAnteroom();
    const [path = ''] = /\/assets\/\w+\/style\.css/.exec((await sendRaw(anteroom, '/login')).text) ?? [];
    const plain = await sendRaw(anteroom, path, { headers: { 'accept-encoding': 'identity' } });
    expect(plain.headers).to.include({ vary: 'accept-encoding' }).and.not.have.property('content-encoding');
    expect(plain.text).to.contain('@font-face').and.contain('.btn');
    expect((await sendRaw(anteroom, path.replace('style', 'other'))).status).to.equal(404);
    expect((await sendRaw(anteroom, path.replace('style.css', 'font/inter-latin-wght-normal.woff2'))).status).to.equal(
      200,
    );
  });
});
