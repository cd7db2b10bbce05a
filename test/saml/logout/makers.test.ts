import { createPublicKey } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import { readMetadata } from '../../../src/federation/metadata/readMetadata.ts';
import { stateOf } from '../../../src/saml/logout/content.ts';
import { createLogout, type LogoutContext } from '../../../src/saml/logout/context.ts';
import { logoutChecks } from '../../../src/saml/logout/pipeline.ts';
import { runAsyncChecks, runChecks } from '../../../src/saml/verify/check.ts';
import { attributeOf } from '../../../src/xml/tree.ts';
import { aProvider } from '../../support/rows.ts';

const folder = join(import.meta.dirname, '../fixtures/logout');
const makers = ['lasso', 'pysaml2', 'simplesamlphp'];
const states: Record<string, string> = { response: 'done', partial: 'partly' };

describe('logout messages of other implementations', () => {
  for (const maker of makers)
    for (const file of readdirSync(join(folder, maker)).filter((name) => name !== 'metadata.xml')) {
      const text = readFileSync(join(folder, maker, file), 'utf8').trim();

      it(`are accepted: ${maker}/${file}`, async () => {
        const logout = await verify(maker, file, text);
        expect(logout.refusal, JSON.stringify(logout.results.at(-1))).to.equal(undefined);
        if (!file.startsWith('request')) return expect(stateOf(logout)).to.equal(states[file.split('.')[0] ?? '']);
        expect(logout.name?.value).to.equal('ada@example.com');
        return expect(logout.sessionIndexes).to.have.lengthOf(1);
      });

      it(`are refused if they were altered or are too old: ${maker}/${file}`, async () => {
        const altered = file.endsWith('.xml')
          ? text.replace(/ID="([^"])/, 'ID="x$1')
          : text.replace(
              /RelayState=token|SigAlg=/,
              (found) => `${found === 'SigAlg=' ? 'RelayState=token&SigAlg=' : 'RelayState=tokem'}`,
            );
        expect((await verify(maker, file, altered)).refusal?.reason).to.match(/^signature_(invalid|malformed)$/);
        expect((await verify(maker, file, text, 25 * 3_600_000)).refusal?.reason).to.equal('logout_expired');
      });
    }
});

async function verify(maker: string, file: string, text: string, laterMs = 10_000): Promise<LogoutContext> {
  const now = Date.UTC(2026, 10, 29, 18);
  const read = readMetadata(readFileSync(join(folder, maker, 'metadata.xml')), { now });
  if (!read.ok) throw new Error(read.error.message);
  const { entityId, certificates } = read.metadata;
  const logout = createLogout({
    domainId: '',
    entityId: 'https://intranet.example.com/saml/metadata',
    sloUrl: 'https://intranet.example.com/saml/slo',
    provider: aProvider({ entityId }),
    signingKeys: certificates.map(({ pem }) => createPublicKey(pem)),
  });
  await runAsyncChecks(logout, logoutChecks.receive, requestOf(file, text));
  runChecks(logout, logoutChecks.read);
  logout.now = Date.parse((logout.root && attributeOf(logout.root, 'IssueInstant')) ?? '') + laterMs;
  runChecks(logout, logoutChecks.verify);
  return logout;
}

/** The HTTP request that brings a message. */
function requestOf(file: string, text: string): IncomingMessage {
  const req = new IncomingMessage(new Socket());
  if (file.endsWith('.query')) return Object.assign(req, { method: 'GET', url: `/saml/slo?${text}` });
  const name = file.startsWith('request') ? 'SAMLRequest' : 'SAMLResponse';
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  req.push(`${new URLSearchParams({ [name]: Buffer.from(text).toString('base64') })}`);
  req.push(null);
  return Object.assign(req, { method: 'POST', url: '/saml/slo', headers });
}
