import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { expect } from 'chai';
import { listLoginActivity } from '../../../src/store/loginSearch.ts';
import { type Anteroom, startAnteroom } from '../../support/anteroom.ts';
import { sendRaw } from '../../support/hostClient.ts';

const FORM = 'application/x-www-form-urlencoded';

function fieldOf(content: string): string {
  const xml = `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol">${content}</samlp:Response>`;
  return `${new URLSearchParams({ SAMLResponse: Buffer.from(xml).toString('base64') })}`;
}

describe('the form of POST /saml/acs', () => {
  for (const [title, reason, body, type] of [
    ['an empty form', 'request_malformed', '', FORM],
    ['a form without SAMLResponse', 'request_malformed', 'RelayState=x', FORM],
    ['two SAMLResponse fields', 'request_malformed', 'SAMLResponse=YQ==&SAMLResponse=YQ==', FORM],
    ['two RelayStates', 'request_malformed', 'SAMLResponse=YQ==&RelayState=a&RelayState=b', FORM],
    ['an array', 'request_malformed', 'SAMLResponse[]=YQ==', FORM],
    ['SAMLResponse and an array of it', 'request_malformed', 'SAMLResponse=YQ==&SAMLResponse[]=YQ==', FORM],
    ['RelayState and an array of it', 'request_malformed', 'SAMLResponse=YQ==&RelayState=a&RelayState[0]=b', FORM],
    ['400,000 fields', 'request_malformed', `${'a&'.repeat(380_000)}SAMLResponse=YQ==`, FORM],
    ['a member of __proto__', 'request_malformed', '__proto__[SAMLResponse]=YQ==', FORM],
    ['JSON', 'request_malformed', '{"SAMLResponse":"YQ=="}', 'application/json'],
    ['an unknown character set', 'request_malformed', 'SAMLResponse=YQ==', `${FORM}; charset=nonsense`],
    ['UTF-7', 'request_malformed', 'SAMLResponse=YQ==', `${FORM}; charset=utf-7`],
    ['a SAMLRequest next to the SAMLResponse', 'request_malformed', 'SAMLResponse=YQ==&SAMLRequest=YQ==', FORM],
    ['invalid base64', 'base64_invalid', 'SAMLResponse=%25', FORM],
    ['invalid XML', 'xml_malformed', 'SAMLResponse=YQ==', FORM],
    ['an empty Response', 'response_malformed', fieldOf(''), FORM],
    ['a Response without Issuer and InResponseTo', 'response_malformed', fieldOf('<samlp:Status/>'), FORM],
    ['20 MB', 'message_too_large', `SAMLResponse=${'a'.repeat(20 * 1024 * 1024)}`, FORM],
  ] as const)
    it(`is refused and recorded once: ${title}`, async () => {
      const anteroom = await startAnteroom();
      const headers = { host: new URL(anteroom.url).host, 'content-type': type };
      const refused = await sendRaw(anteroom, '/saml/acs', { method: 'POST', headers, body });
      expect(refused.status).to.equal(400);
      expect(refused.cookies).to.deep.equal([]);
      const { rows } = await listLoginActivity(anteroom.deps.store.db, {}, { limit: 9 });
      expect(rows.map((row) => [row.outcome, row.reason])).to.deep.equal([['refused', reason]]);
      expect(refused.text).to.contain(rows[0]?.reference);
    });

  for (const method of ['GET', 'POST'] as const)
    it(`must not carry the response in the query of a ${method}`, async () => {
      const anteroom = await startAnteroom();
      const headers = { host: new URL(anteroom.url).host, 'content-type': FORM };
      const body = method === 'POST' ? 'SAMLResponse=YQ==' : '';
      const refused = await sendRaw(anteroom, '/saml/acs?SAMLResponse=YQ==', { method, headers, body });
      expect(refused.status).to.equal(400);
      expect(await reasonsIn(anteroom)).to.deep.equal(['request_malformed']);
    });

  it('must not be compressed: no browser does that', async () => {
    const anteroom = await startAnteroom();
    const headers = { host: new URL(anteroom.url).host, 'content-type': FORM, 'content-encoding': 'gzip' };
    expect((await sendRaw(anteroom, '/saml/acs', { method: 'POST', headers, body: 'x' })).status).to.equal(400);
  });

  it('is refused at once by its length, before the body arrives', async () => {
    const anteroom = await startAnteroom();
    const headers = { host: new URL(anteroom.url).host, 'content-type': FORM, 'content-length': '20971520' };
    expect((await sendRaw(anteroom, '/saml/acs', { method: 'POST', headers })).status).to.equal(400);
    expect(await reasonsIn(anteroom)).to.deep.equal(['message_too_large']);
  });

  it('is refused while an endless body is still arriving', async () => {
    const anteroom = await startAnteroom();
    const sent = request(`${anteroom.url}/saml/acs`, { method: 'POST', headers: { 'content-type': FORM } });
    sent.write('a'.repeat(1024 * 1024));
    const [received] = (await once(sent, 'response')) as [IncomingMessage];
    sent.destroy();
    expect(received.statusCode).to.equal(400);
    expect(await reasonsIn(anteroom)).to.deep.equal(['message_too_large']);
  });
});

async function reasonsIn({ deps }: Anteroom): Promise<(string | null)[]> {
  return (await listLoginActivity(deps.store.db, {}, { limit: 9 })).rows.map(({ reason }) => reason);
}
