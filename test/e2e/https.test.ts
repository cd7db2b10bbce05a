import { request } from 'node:http';
import { createServer } from 'node:https';
import { expect } from 'chai';
import { generate } from 'selfsigned';
import { addDomain, setAutoLogin, setDefaultProvider, setUpDomain } from '../../src/federation/domains.ts';
import { addIntranet, startTestProvider } from '../demo/support/portal.ts';
import { addPerson, startAnteroom } from '../support/anteroom.ts';
import { importProvider } from '../support/connect.ts';
import { listen } from '../support/listen.ts';
import { enterLogin, openPage } from '../support/pages.ts';

describe('an https domain behind a proxy that terminates TLS, with the provider on another site', () => {
  it('logs people in from both sides, with cookies that are only sent over TLS', async function () {
    this.timeout(60_000);
    const anteroom = await startAnteroom();
    const { deps } = anteroom;
    const url = await startTlsProxy(anteroom.url);
    const cloud = await startTestProvider();
    cloud.clock.now = deps.clock.at;
    const application = await addIntranet(cloud, {
      sso: { spEntityId: `${url}/saml/metadata`, acsUrl: `${url}/saml/acs` },
    });
    const domain = await addDomain(deps, url);
    if (!domain.ok) throw new Error(domain.errors.url);
    await setUpDomain(deps, domain.value.id);
    const provider = await importProvider(anteroom, `${cloud.url}/saml2/${application}/metadata`);
    await setDefaultProvider(deps, domain.value.id, provider.id);
    await setAutoLogin(deps, domain.value.id, true);
    await addPerson(deps, { userName: 'anna.berg', email: 'anna.berg@acme.example', givenName: 'Anna' });

    const page = await openPage({ ignoreHTTPSErrors: true });
    await page.goto(`${url}/profile?x=1`);
    await enterLogin(page, 'anna.berg', 'cloud-demo');
    await page.waitForURL(`${url}/profile?x=1`);
    const session = (await page.context().cookies(url)).find((cookie) => cookie.name === '__Host-anteroom');
    expect(session).to.include({ secure: true, httpOnly: true, sameSite: 'Lax' });

    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByRole('heading', { name: 'You are logged out' }).waitFor();
    await page.goto(`${cloud.url}/console`);
    await page.getByRole('link', { name: /Intranet/ }).click();
    await page.waitForURL(`${url}/`);
    await page.getByRole('heading', { name: 'Welcome, Anna' }).waitFor();
  });
});

/** Starts a proxy with a self-signed certificate that forwards every request unchanged. Returns its URL. */
async function startTlsProxy(target: string): Promise<string> {
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], { keySize: 2048 });
  const { hostname, port } = new URL(target);
  const server = createServer({ key, cert }, (req, res) => {
    const { method, url: path, headers } = req;
    const onward = request({ hostname, port, method, path, headers }, (answer) => {
      res.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(res);
    });
    onward.on('error', () => res.destroy());
    req.pipe(onward);
  });
  return listen(server, 'https');
}
