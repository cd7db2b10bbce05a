import { createPublicKey } from 'node:crypto';
import { expect } from 'chai';
import { findMetadataKeys, findSigningKey } from '../../../src/federation/domainKeys.ts';
import { insertDomain } from '../../../src/store/domains.ts';
import { insertProvider, writeProviderEnabled } from '../../../src/store/identityProviders.ts';
import { listLoginActivity } from '../../../src/store/loginSearch.ts';
import { writeProviderDomains } from '../../../src/store/providerDomains.ts';
import { listSessions } from '../../../src/store/sessions.ts';
import { parseXml } from '../../../src/xml/parse.ts';
import { attributeOf, childOf, elementsOf } from '../../../src/xml/tree.ts';
import { addPerson } from '../../support/anteroom.ts';
import { aDomain, aProvider } from '../../support/rows.ts';
import { withStores } from '../../support/stores.ts';
import { recordEvents } from '../../webhooks/support/receiver.ts';
import { encryptAssertion } from '../support/encrypt.ts';
import {
  addAda,
  addSession,
  type LogoutParts,
  requestParts,
  sendLogout,
  signedField,
  signedQuery,
} from '../support/logout.ts';
import { at } from '../support/message.ts';
import { readSigned } from '../support/redirect.ts';
import { newestAttempt, type Signing, startSigning } from '../support/signingProvider.ts';

const SAMLP = 'urn:oasis:names:tc:SAML:2.0:protocol';
const binding = (name: string) => `urn:oasis:names:tc:SAML:2.0:bindings:HTTP-${name}`;
const SLO = 'https://idp.example.com/slo';
const endpoints = [
  { binding: binding('Redirect'), location: `${SLO}?a=1`, responseLocation: `${SLO}/response?a=1` },
  { binding: binding('POST'), location: `${SLO}/post` },
];

async function start(options: Parameters<typeof startSigning>[1] = {}): Promise<Signing> {
  return startSigning({}, { singleLogout: endpoints, ...options });
}

async function openSessions({ deps }: Signing): Promise<string[]> {
  const rows = await listSessions(deps.store.db, {}, deps.now(), { limit: 99 });
  return rows.map(({ id }) => id);
}

function logoutOf(signing: Signing, change: Partial<LogoutParts> = {}, id = '_logout1'): LogoutParts {
  return { ...requestParts(`${signing.url}/saml/slo`, id), ...change };
}

const named = (name: string) => ({ content: name });
const nameId = (attributes: string, value = 'ada@acme.com') =>
  named(`<saml:NameID ${attributes}>${value}</saml:NameID>`);

describe('a logout that the provider starts', () => {
  withStores((open) => {
    it('ends exactly the sessions that it names, at all domains of the provider, without a cookie', async () => {
      const signing = await start({ store: await open() });
      const { deps, provider, domain } = signing;
      const { db } = deps.store;
      const ada = await addAda(signing);
      const elsewhere = aDomain();
      await insertDomain(db, elsewhere);
      await writeProviderDomains(db, provider, [domain.id, elsewhere.id]);
      const other = aProvider();
      await insertProvider(db, other, '<xml/>');
      const maya = await addPerson(deps, { userName: 'maya@acme.com' });
      await addSession(signing, ada, { domainId: elsewhere.id });
      const stays = [
        await addSession(signing, ada, { sessionIndex: '_session2' }),
        await addSession(signing, ada, { providerId: other.id }),
        await addSession(signing, maya),
      ];
      const { status, location } = await sendLogout(signing, signedQuery(logoutOf(signing)));
      expect([status, location.split('SAMLResponse')[0]]).to.deep.equal([303, `${SLO}/response?a=1&`]);
      expect(await openSessions(signing)).to.have.members(stays);
      const { detail, ...row } = await newestAttempt(signing);
      expect(row).to.include({ flow: 'logout', outcome: 'logged_out', userId: ada.id, asserted: 'ada@acme.com' });
      expect([detail.ended, detail.checks?.length]).to.deep.equal([2, 14]);
    });

    it('is done once, also if the message comes several times at once', async () => {
      const signing = await start({ store: await open() });
      const ada = await addAda(signing);
      const message = signedField(logoutOf(signing));
      const pages = await Promise.all([1, 2, 3].map(() => sendLogout(signing, message)));
      expect(pages.map(({ status }) => status).sort()).to.deep.equal([200, 403, 403]);
      const later = await addSession(signing, ada);
      expect((await sendLogout(signing, message)).status).to.equal(403);
      const { rows } = await listLoginActivity(signing.deps.store.db, {}, { limit: 9 });
      const times = (outcome: string) =>
        rows.filter((row) => row.outcome === outcome).reduce((sum, row) => sum + row.times, 0);
      expect([times('logged_out'), times('logout_refused')]).to.deep.equal([1, 3]);
      expect(rows.find(({ outcome }) => outcome === 'logout_refused')?.reason).to.equal('logout_replayed');
      expect(await openSessions(signing)).to.deep.equal([later]);
    });
  });

  it('is reported for the person, if it ended anything', async () => {
    const signing = await start();
    const { deps, provider } = signing;
    const { id: userId } = await addAda(signing);
    const events = await recordEvents(deps, ['login.ended']);
    await sendLogout(signing, signedQuery(logoutOf(signing)));
    const { id } = await newestAttempt(signing);
    await sendLogout(signing, signedQuery(logoutOf(signing, {}, '_logout2')));
    const about = { id, method: 'saml', providerId: provider.id, userId, userName: 'ada@acme.com' };
    expect(await events()).to.deep.equal([
      { type: 'login.ended', data: { ...about, endedBy: 'provider', sessions: 1 } },
    ]);
  });

  it('ends all sessions of the NameID if it names no SessionIndex', async () => {
    const signing = await start();
    const ada = await addAda(signing);
    await addSession(signing, ada, { sessionIndex: '_session2' });
    await sendLogout(signing, signedQuery(logoutOf(signing, named('<saml:NameID>ada@acme.com</saml:NameID>'))));
    expect(await openSessions(signing)).to.deep.equal([]);
    expect((await newestAttempt(signing)).detail.ended).to.equal(2);
  });

  it('responds with Success by HTTP-Redirect, signed, with the RelayState as it came', async () => {
    const signing = await start();
    const { location } = await sendLogout(signing, signedQuery(logoutOf(signing), 'a%20b%2Bc'));
    const key = await findSigningKey(signing.deps, signing.domain.id);
    const query = location.slice(location.indexOf('SAMLResponse'));
    const { root, relayState, parameter } = readSigned(query, [createPublicKey(key?.certificate ?? '')]);
    expect([parameter, root.local, relayState]).to.deep.equal(['SAMLResponse', 'LogoutResponse', 'a b+c']);
    expect(attributeOf(root, 'InResponseTo')).to.equal('_logout1');
    expect(attributeOf(root, 'Destination')).to.equal(`${SLO}/response?a=1`);
    const status = childOf(root, SAMLP, 'Status');
    const [code] = (status && elementsOf(status)) ?? [];
    expect(code && attributeOf(code, 'Value')).to.match(/:Success$/);
  });

  it('responds by HTTP-POST to a request by HTTP-POST, or by the binding that the provider has', async () => {
    const signing = await start();
    const page = await sendLogout(signing, { ...signedField(logoutOf(signing)), RelayState: '"><x>' });
    expect(page.text).to.contain(`action="${SLO}/post"`).and.contain('name="RelayState" value="&#34;&gt;&lt;x&gt;"');
    const sent = Buffer.from(/name="SAMLResponse" value="([^"]+)"/.exec(page.text)?.[1] ?? '', 'base64');
    const root = parseXml(sent);
    expect(childOf(root, 'http://www.w3.org/2000/09/xmldsig#', 'Signature')).not.to.equal(undefined);
    const onlyRedirect = await start({ singleLogout: endpoints.slice(0, 1) });
    expect((await sendLogout(onlyRedirect, signedField(logoutOf(onlyRedirect)))).location).to.contain(SLO);
    const none = await start({ singleLogout: [] });
    await addAda(none);
    expect((await sendLogout(none, signedField(logoutOf(none)))).location).to.equal('/logged-out');
    expect(await openSessions(none)).to.deep.equal([]);
  });

  it('may be issued as far in the future as the clocks may differ', async () => {
    const signing = await start();
    await addAda(signing);
    const parts = logoutOf(signing);
    const attributes = parts.attributes.replace(/IssueInstant="[^"]*"/, `IssueInstant="${at(60)}"`);
    await sendLogout(signing, signedField({ ...parts, attributes }));
    expect(await openSessions(signing)).to.deep.equal([]);
  });

  it('says Success too if there is no session any more', async () => {
    const signing = await start();
    expect((await sendLogout(signing, signedQuery(logoutOf(signing)))).status).to.equal(303);
    const { detail, outcome, userId } = await newestAttempt(signing);
    expect([outcome, userId, detail.ended]).to.deep.equal(['logged_out', null, 0]);
  });

  it('compares a format or a qualifier that both sides say', async () => {
    const email = 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress';
    const login = { nameIdFormat: email, nameQualifier: 'urn:idp' };
    const signing = await start();
    const ada = await addPerson(signing.deps, { userName: 'ada@acme.com' });
    for (const [id, attributes, ended] of [
      ['_1', '', 1],
      ['_2', `Format="${email}" NameQualifier="urn:idp"`, 1],
      ['_3', 'Format="urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"', 1],
      ['_4', 'Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"', 0],
      ['_5', 'NameQualifier="urn:other"', 0],
    ] as const) {
      const session = await addSession(signing, ada, login);
      await sendLogout(signing, signedQuery(logoutOf(signing, nameId(attributes), id)));
      expect((await openSessions(signing)).includes(session), attributes).to.equal(ended === 0);
    }
  });

  it('compares the NameID exactly', async () => {
    const signing = await start();
    await addAda(signing);
    await sendLogout(signing, signedQuery(logoutOf(signing, nameId('', 'ADA@acme.com'))));
    expect(await openSessions(signing)).to.have.lengthOf(1);
  });

  it('reads a NameID that was encrypted for the domain', async () => {
    const signing = await start();
    await addAda(signing);
    const keys = await findMetadataKeys(signing.deps, signing.domain.id);
    const key = createPublicKey(keys?.forEncryption ?? '');
    const xml = '<saml:NameID xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">ada@acme.com</saml:NameID>';
    const encrypted = encryptAssertion(xml, { key }).replaceAll('EncryptedAssertion', 'EncryptedID');
    await sendLogout(signing, signedField(logoutOf(signing, named(encrypted))));
    expect(await openSessions(signing)).to.deep.equal([]);
  });

  it('is refused from a provider that is disabled', async () => {
    const signing = await start();
    await writeProviderEnabled(signing.deps.store.db, signing.provider.id, false);
    expect((await sendLogout(signing, signedQuery(logoutOf(signing)))).status).to.equal(403);
    expect((await newestAttempt(signing)).reason).to.equal('provider_disabled');
  });

  it('counts also if people log out here only', async () => {
    const signing = await startSigning({ singleLogout: false }, { singleLogout: endpoints });
    await addAda(signing);
    await sendLogout(signing, signedQuery(logoutOf(signing)));
    expect(await openSessions(signing)).to.deep.equal([]);
  });

  it('needs a message: other requests record nothing', async () => {
    const signing = await start();
    expect((await fetch(`${signing.url}/saml/slo`)).status).to.equal(400);
    expect((await fetch(`${signing.url}/saml/slo`, { method: 'PUT' })).status).to.equal(405);
    expect(await newestAttempt(signing).catch((error: Error) => error.message)).to.equal('There is no attempt.');
  });
});
