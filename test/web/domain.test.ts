import { expect } from 'chai';
import { type Anteroom, startAnteroom } from '../support/anteroom.ts';
import { type Raw, sendRaw } from '../support/hostClient.ts';

const HOST = 'intranet.acme.com';

describe('the domain of a request', () => {
  const at = async (anteroom: Anteroom, headers: Raw['headers'] & object) =>
    sendRaw(anteroom, '/saml/metadata', { headers });

  it('is the one in the Host header, ignoring case and the default port', async () => {
    const anteroom = await startAnteroom({ env: { PUBLIC_URL: `https://${HOST}` } });
    for (const host of [HOST, 'Intranet.ACME.com', `${HOST}:443`]) {
      const answer = await at(anteroom, { host });
      expect(answer.status, host).to.equal(200);
      expect(answer.text).to.contain(`entityID="https://${HOST}/saml/metadata"`);
    }
  });

  it('is missing for any other host, which returns 421', async () => {
    const anteroom = await startAnteroom({ env: { PUBLIC_URL: `https://${HOST}` } });
    for (const host of [
      'evil.example',
      `${HOST}.evil.example`,
      `${HOST}:80`,
      `${HOST}:8443`,
      `x@${HOST}`,
      `${HOST}.`,
      `${HOST}/`,
    ])
      expect((await at(anteroom, { host })).status, host).to.equal(421);
  });

  it('is named in the page and the log if it is unknown, and the log names the domains', async () => {
    const anteroom = await startAnteroom({ env: { PUBLIC_URL: `https://${HOST}` } });
    const answer = await at(anteroom, { host: 'evil.example:8443', accept: 'text/html' });
    expect(answer.text).to.contain('names the host evil.example:8443.').and.not.to.contain(HOST);
    const line = anteroom.deps.logged.find(({ msg }) => msg === 'unknown host');
    expect(line).to.deep.include({ host: 'evil.example:8443', domains: [`https://${HOST}`] });
  });

  it('follows X-Forwarded-Host only from a trusted proxy', async () => {
    const forwarded = { host: 'internal', 'x-forwarded-host': HOST, 'x-forwarded-proto': 'https' };
    const open = await startAnteroom({ env: { PUBLIC_URL: `https://${HOST}` } });
    expect((await at(open, forwarded)).status).to.equal(421);
    const proxied = await startAnteroom({ env: { PUBLIC_URL: `https://${HOST}`, TRUST_PROXY: 'loopback' } });
    expect((await at(proxied, forwarded)).status).to.equal(200);
    expect((await at(proxied, { host: HOST, 'x-forwarded-host': 'evil.example' })).status).to.equal(421);
  });

  it('determines all URLs of a page, whatever the request contains', async () => {
    const anteroom = await startAnteroom();
    const { host } = new URL(anteroom.url);
    const headers = {
      host,
      'x-forwarded-host': 'evil.example',
      forwarded: 'host=evil.example',
      'x-original-url': '/x',
    };
    for (const path of ['/people', 'http://evil.example/people', '//evil.example/people']) {
      const answer = await sendRaw(anteroom, path, { headers });
      expect(`${answer.headers.location ?? ''}${answer.text}`, path).not.to.match(
        /(href|action|^)="?(https?:)?\/\/evil/,
      );
      expect(answer.status, path).to.be.oneOf([303, 404]);
    }
  });
});
