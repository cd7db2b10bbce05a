import { deflateRawSync } from 'node:zlib';
import { expect } from 'chai';
import type { ReasonCode } from '../../../src/federation/reasons.ts';
import { allLogoutChecks, logoutChecks } from '../../../src/saml/logout/pipeline.ts';
import { allChecks } from '../../../src/saml/verify/pipeline.ts';
import { insertProvider } from '../../../src/store/identityProviders.ts';
import { findLoginActivity } from '../../../src/store/loginActivity.ts';
import { writeProviderDomains } from '../../../src/store/providerDomains.ts';
import { countSessions } from '../../../src/store/sessions.ts';
import { aProvider } from '../../support/rows.ts';
import { encryptAssertion } from '../support/encrypt.ts';
import { attacker, domain as wrongKey } from '../support/keys.ts';
import {
  addAda,
  attributesOf,
  composeLogout,
  fieldOf,
  issuer,
  type LogoutParts,
  requestParts,
  responseParts,
  sendLogout,
  signedField,
  signedQuery,
  signQuery,
} from '../support/logout.ts';
import { at } from '../support/message.ts';
import { signAt } from '../support/sign.ts';
import { type Signing, startSigning } from '../support/signingProvider.ts';

type Case = {
  reason: ReasonCode;
  message: (parts: LogoutParts, slo: string) => string | Record<string, string>;
};

const everyCheck =
  Object.values<{ number: number; name: string; reasons: readonly ReasonCode[] }[]>(logoutChecks).flat();
const OTHER = 'https://other.example.com/metadata';

const changed = (change: (parts: LogoutParts, slo: string) => Partial<LogoutParts>): Case['message'] => {
  return (parts, slo) => signedField({ ...parts, ...change(parts, slo) });
};
const withContent = (content: string) => changed(() => ({ content }));
const withAttributes = (from: string | RegExp, to: string) =>
  changed(({ attributes }) => ({ attributes: attributes.replace(from, to) }));
const named = (xml: string) => xml.replace('ada@acme.com', 'maya@acme.com');

const hostile: Record<string, Case> = {
  // The form and the query
  'nothing but a RelayState': { reason: 'request_malformed', message: () => ({ RelayState: 'x' }) },
  'a request and a response in one form': {
    reason: 'request_malformed',
    message: (parts) => ({ ...signedField(parts), SAMLResponse: 'PA==' }),
  },
  'a request and a response in one query': {
    reason: 'request_malformed',
    message: (parts) => `${signedQuery(parts)}&SAMLResponse=PA%3D%3D`,
  },
  'the same parameter twice': {
    reason: 'request_malformed',
    message: (parts) => `${signedQuery(parts)}&SAMLRequest=x`,
  },
  'a RelayState without an end': {
    reason: 'request_malformed',
    message: (parts) => ({ ...signedField(parts), RelayState: 'x'.repeat(1_025) }),
  },
  'a RelayState without an end, in a query': {
    reason: 'request_malformed',
    message: (parts) => signedQuery(parts, 'x'.repeat(1_025)),
  },
  'a query that inflates to 3 MB': {
    reason: 'message_too_large',
    message: () => signQuery('SAMLRequest', deflateRawSync(Buffer.alloc(3_000_000))),
  },
  'a form that is too large': { reason: 'message_too_large', message: () => ({ SAMLRequest: 'A'.repeat(400_000) }) },
  'what is no base64': { reason: 'base64_invalid', message: () => ({ SAMLRequest: '!' }) },
  'what is no XML': { reason: 'xml_malformed', message: (parts) => fieldOf(parts, '<a') },
  'a DOCTYPE': { reason: 'xml_forbidden', message: (parts) => fieldOf(parts, '<!DOCTYPE a><a/>') },
  // The structure
  'a response as a request': {
    reason: 'response_malformed',
    message: (parts) => ({ SAMLResponse: signedField(parts).SAMLRequest ?? '' }),
  },
  'a message of another namespace': {
    reason: 'response_malformed',
    message: (parts) => {
      const xml = composeLogout(parts).replace('urn:oasis:names:tc:SAML:2.0:protocol', 'urn:other');
      return fieldOf(parts, signAt(xml, '@@RESPONSE@@', parts.root));
    },
  },
  'no ID': {
    reason: 'response_malformed',
    message: (parts) => fieldOf(parts, composeLogout(parts).replace(/ ID="[^"]*"/, '')),
  },
  'another message inside': {
    reason: 'response_malformed',
    message: changed(({ content }) => ({
      content: `<samlp:Extensions><samlp:LogoutRequest ID="_2"/></samlp:Extensions>${content}`,
    })),
  },
  'an assertion inside': {
    reason: 'response_malformed',
    message: changed(({ content }) => ({
      content: `<samlp:Extensions><saml:Assertion ID="_2"/></samlp:Extensions>${content}`,
    })),
  },
  'a part that does not belong there': {
    reason: 'response_malformed',
    message: changed(({ content }) => ({ content: `<samlp:Status/>${content}` })),
  },
  'two issuers': {
    reason: 'response_malformed',
    message: changed((parts) => ({ issuer: parts.issuer + issuer(OTHER) })),
  },
  'no issuer': {
    reason: 'response_malformed',
    message: (parts) => fieldOf(parts, composeLogout({ ...parts, issuer: '' })),
  },
  'the same ID twice': {
    reason: 'response_malformed',
    message: changed(({ content }) => ({ content: `<samlp:Extensions ID="_logout1"/>${content}` })),
  },
  // Who sent it
  'an unknown provider': { reason: 'provider_unknown', message: changed(() => ({ issuer: issuer('urn:nobody') })) },
  'no signature, by HTTP-POST': {
    reason: 'signature_missing',
    message: (parts) => fieldOf(parts, composeLogout(parts)),
  },
  'no signature, by HTTP-Redirect': {
    reason: 'signature_missing',
    message: (parts) => signedQuery(parts).replace(/&SigAlg=.*/, ''),
  },
  'a signature in the message only, by HTTP-Redirect': {
    reason: 'signature_missing',
    message: (parts) => {
      const xml = Buffer.from(signedField(parts).SAMLRequest ?? '', 'base64');
      return `SAMLRequest=${encodeURIComponent(deflateRawSync(xml).toString('base64'))}`;
    },
  },
  'an unknown key, by HTTP-POST': {
    reason: 'signature_invalid',
    message: (parts) => signedField(parts, { key: attacker.privateKey }),
  },
  'an unknown key, by HTTP-Redirect': {
    reason: 'signature_invalid',
    message: (parts) => signedQuery(parts, undefined, attacker.privateKey),
  },
  'another provider in the name of this one': {
    reason: 'signature_invalid',
    message: changed(() => ({ issuer: issuer(OTHER) })),
  },
  'content that was changed afterwards': {
    reason: 'signature_invalid',
    message: (parts) => {
      const xml = Buffer.from(signedField(parts).SAMLRequest ?? '', 'base64').toString();
      return fieldOf(parts, named(xml));
    },
  },
  'a RelayState that was added afterwards': {
    reason: 'signature_invalid',
    message: (parts) => signedQuery(parts).replace('&SigAlg', '&RelayState=x&SigAlg'),
  },
  'a signed message wrapped in another one': {
    reason: 'response_malformed',
    message: (parts) => {
      const signed = Buffer.from(signedField(parts).SAMLRequest ?? '', 'base64').toString();
      const outer = named(composeLogout({ ...parts, attributes: parts.attributes.replace('_logout1', '_outer') }));
      return fieldOf(parts, outer.replace('@@RESPONSE@@', `<samlp:Extensions>${signed}</samlp:Extensions>`));
    },
  },
  'the signature of a message that is elsewhere': {
    reason: 'signature_malformed',
    message: (parts) => {
      const signed = Buffer.from(signedField(parts).SAMLRequest ?? '', 'base64').toString();
      const signature = /<ds:Signature.*<\/ds:Signature>/s.exec(signed)?.[0] ?? '';
      const other = named(composeLogout({ ...parts, attributes: parts.attributes.replace('_logout1', '_outer') }));
      return fieldOf(parts, other.replace('@@RESPONSE@@', signature));
    },
  },
  'two signatures': {
    reason: 'signature_misplaced',
    message: (parts) => {
      const xml = Buffer.from(signedField(parts).SAMLRequest ?? '', 'base64').toString();
      return fieldOf(parts, xml.replace(/<ds:Signature.*<\/ds:Signature>/s, '$&$&'));
    },
  },
  'SHA-1': {
    reason: 'algorithm_forbidden',
    message: (parts) => signedField(parts, { algorithm: 'http://www.w3.org/2000/09/xmldsig#rsa-sha1', hash: 'sha1' }),
  },
  // The content
  'SAML 1.1': { reason: 'version_unsupported', message: withAttributes('Version="2.0"', 'Version="1.1"') },
  'the address of another service': {
    reason: 'destination_mismatch',
    message: withAttributes(/Destination="[^"]*"/, 'Destination="https://intranet.example.com/saml/slo"'),
  },
  'no address': { reason: 'destination_mismatch', message: withAttributes(/ Destination="[^"]*"/, '') },
  'an issue time in the future': {
    reason: 'issued_in_future',
    message: withAttributes(/IssueInstant="[^"]*"/, `IssueInstant="${at(61)}"`),
  },
  'an issue time that is too old': {
    reason: 'logout_expired',
    message: withAttributes(/IssueInstant="[^"]*"/, `IssueInstant="${at(-660)}"`),
  },
  'a time that is over': {
    reason: 'logout_expired',
    message: withAttributes('Version', `NotOnOrAfter="${at(-60)}" Version`),
  },
  'a time that is none': {
    reason: 'response_malformed',
    message: withAttributes('Version', 'NotOnOrAfter="x" Version'),
  },
  'no NameID': {
    reason: 'response_malformed',
    message: withContent('<samlp:SessionIndex>_session1</samlp:SessionIndex>'),
  },
  'two NameIDs': {
    reason: 'response_malformed',
    message: withContent('<saml:NameID>ada@acme.com</saml:NameID><saml:NameID>maya@acme.com</saml:NameID>'),
  },
  'a BaseID': { reason: 'response_malformed', message: withContent('<saml:BaseID/>') },
  'the NameID of another service': {
    reason: 'subject_of_other_sp',
    message: withContent('<saml:NameID SPNameQualifier="urn:other">ada@acme.com</saml:NameID>'),
  },
  'more SessionIndexes than there can be': {
    reason: 'response_malformed',
    message: withContent(
      `<saml:NameID>ada@acme.com</saml:NameID>${'<samlp:SessionIndex>x</samlp:SessionIndex>'.repeat(101)}`,
    ),
  },
  'a NameID that was encrypted for another key': {
    reason: 'subject_missing',
    message: withContent(
      encryptAssertion('<saml:NameID>ada@acme.com</saml:NameID>', { key: wrongKey.publicKey }).replaceAll(
        'EncryptedAssertion',
        'EncryptedID',
      ),
    ),
  },
  // Responses
  'a response to a request that was never sent': {
    reason: 'logout_request_unknown',
    message: (_, slo) => signedField(responseParts(slo, '_never')),
  },
  'a response to nothing': {
    reason: 'logout_request_unknown',
    message: (_, slo) => signedField({ ...responseParts(slo, '_x'), attributes: attributesOf(slo, '_r') }),
  },
  'a response without a status': {
    reason: 'response_malformed',
    message: (_, slo) => signedField({ ...responseParts(slo, '_x'), content: '' }),
  },
};

describe('hostile logout messages', () => {
  let signing: Signing;
  let slo: string;

  before(async () => {
    signing = await startSigning();
    const { db } = signing.deps.store;
    slo = `${signing.url}/saml/slo`;
    await addAda(signing);
    const other = aProvider({ entityId: OTHER });
    await insertProvider(db, other, '<xml/>');
    await writeProviderDomains(db, other, [signing.domain.id]);
  });

  for (const [name, { reason, message }] of Object.entries(hostile))
    it(`end no session: ${name}`, async () => {
      const { deps, provider } = signing;
      const page = await sendLogout(signing, message(requestParts(slo), slo));
      const reference = /[0-9A-Z]{4}-[0-9A-Z]{4}/.exec(page.text)?.[0] ?? '';
      const attempt = await findLoginActivity(deps.store.db, reference);
      const failed = everyCheck.find((check) => check.number === numberOf(attempt?.detail.checks));
      expect([attempt?.flow, attempt?.outcome, attempt?.reason]).to.deep.equal(['logout', 'logout_refused', reason]);
      expect(failed?.reasons, failed?.name).to.include(reason);
      expect(page.status).to.be.oneOf([400, 403]);
      expect(page.text).to.match(/The logout failed|Your logout is not confirmed/);
      expect(await countSessions(deps.store.db, { providerId: provider.id }, deps.now(), 9)).to.equal(1);
    });
});

describe('logoutChecks', () => {
  it('has names and numbers of its own: stored rows refer to them', () => {
    const all = [...allChecks, ...allLogoutChecks];
    expect(new Set(all.map(({ number }) => number)).size).to.equal(all.length);
    expect(new Set(all.map(({ name }) => name)).size).to.equal(all.length);
    expect(allLogoutChecks.map(({ number }) => number)).to.deep.equal(allLogoutChecks.map((_, index) => 101 + index));
    const known = { 107: 'Signature of the message', 111: 'NameID and SessionIndex', 114: 'Message not used before' };
    for (const [number, name] of Object.entries(known))
      expect(allLogoutChecks.find((check) => check.number === Number(number))?.name).to.equal(name);
  });

  it('has a section of a standard or a rule of its own for each', () => {
    for (const { section } of Object.values<{ section: string }[]>(logoutChecks).flat())
      expect(section).to.match(/^(saml-(core|bindings|profiles) \d|XML 1\.0|own rule$)/);
  });
});

function numberOf(checks: unknown[] | undefined): number | undefined {
  const last = checks?.at(-1);
  return typeof last === 'object' && last !== null && 'number' in last ? Number(last.number) : undefined;
}
