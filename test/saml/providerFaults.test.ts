import { expect } from 'chai';
import type { ReasonCode } from '../../src/federation/reasons.ts';
import { checksOf } from '../../src/saml/checkResults.ts';
import type { ProviderSettings } from '../../src/store/identityProviders.ts';
import { addPerson } from '../support/anteroom.ts';
import { logInLocally } from '../support/client.ts';
import { swap } from './corpus/hostile.ts';
import { encryptAssertion } from './support/encrypt.ts';
import { attacker } from './support/keys.ts';
import { at, attributeStatement, confirmation, type MessageParts, subject } from './support/message.ts';
import { DS } from './support/sign.ts';
import { type Fault, newestAttempt, respond, startSigning } from './support/signingProvider.ts';

const PERSISTENT = 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent';
const STATUS = 'urn:oasis:names:tc:SAML:2.0:status:';

const sha1 = { algorithm: `${DS}rsa-sha1`, hash: 'sha1' };
const sha1Digest = { digestAlgorithm: `${DS}sha1`, digest: 'sha1' };
const withoutNameId = ({ prefixes }: MessageParts) => ({ subject: subject(prefixes, confirmation(prefixes)) });
const unnamed = (xml: string) => xml.replaceAll(/ ?InResponseTo="[^"]*"/g, '');
const named = (id: string) => (parts: MessageParts) => ({
  responseAttributes: swap(parts.responseAttributes, /InResponseTo="[^"]*"/, `InResponseTo="${id}"`),
  subject: swap(parts.subject, /InResponseTo="[^"]*"/, `InResponseTo="${id}"`),
});
const conditions = (from: number, until: number) => (parts: MessageParts) => ({
  conditions: parts.conditions.replace(
    /NotBefore="[^"]*" NotOnOrAfter="[^"]*"/,
    `NotBefore="${at(from)}" NotOnOrAfter="${at(until)}"`,
  ),
});
const ahead = (parts: MessageParts) => ({
  ...conditions(300, 900)(parts),
  responseAttributes: swap(parts.responseAttributes, /IssueInstant="[^"]*"/, `IssueInstant="${at(300)}"`),
});

type Row = {
  name: string;
  fault: Fault;
  settings?: Partial<ProviderSettings>;
  reason: ReasonCode;
  cause?: string;
  advice: RegExp;
};

const rows: Row[] = [
  { name: 'an unsigned response', fault: { place: 'none' }, reason: 'signature_missing', advice: /Enable signing/ },
  {
    name: 'another key',
    fault: { sign: { key: attacker.privateKey } },
    reason: 'signature_invalid',
    cause: 'other_key',
    advice: /No key in the imported metadata .* fetch the metadata again/,
  },
  {
    name: 'an expired assertion, a few minutes old',
    fault: {
      parts: (parts) => ({
        ...conditions(-700, -400)(parts),
        responseAttributes: swap(parts.responseAttributes, /IssueInstant="[^"]*"/, `IssueInstant="${at(-700)}"`),
      }),
    },
    reason: 'conditions_expired',
    cause: 'clock_behind',
    advice: /clock of Cloud Directory is behind/,
  },
  {
    name: 'an assertion that is not yet valid',
    fault: { parts: ahead },
    reason: 'conditions_not_yet_valid',
    cause: 'clock_ahead',
    advice: /clock of Cloud Directory is ahead/,
  },
  {
    name: 'the wrong audience',
    fault: {
      parts: ({ conditions: text }) => ({ conditions: swap(text, /<saml:Audience>[^<]*/, '<saml:Audience>urn:x') }),
    },
    reason: 'audience_mismatch',
    advice: /Set the audience/,
  },
  {
    name: 'the wrong recipient',
    fault: {
      parts: (parts) => ({ subject: swap(parts.subject, /Recipient="[^"]*"/, 'Recipient="https://x.example/"') }),
    },
    reason: 'recipient_mismatch',
    advice: /The recipient in Cloud Directory/,
  },
  {
    name: 'the wrong destination',
    fault: {
      parts: (parts) => ({
        responseAttributes: swap(parts.responseAttributes, /Destination="[^"]*"/, 'Destination="https://x.example/"'),
      }),
    },
    reason: 'destination_mismatch',
    advice: /The ACS URL in Cloud Directory/,
  },
  {
    name: 'the wrong issuer',
    fault: { xml: (xml) => xml.replaceAll(/(Issuer[^>]*>)https:[^<]*/g, '$1urn:another') },
    reason: 'provider_unknown',
    cause: 'other_entity_id',
    advice: /has changed its EntityID/,
  },
  {
    name: 'the wrong InResponseTo',
    fault: { parts: named('_never_issued') },
    reason: 'request_unknown',
    cause: 'never_issued',
    advice: /return the ID of the login request/,
  },
  {
    name: 'no InResponseTo',
    settings: { idpInitiated: false },
    fault: {
      parts: (parts) => ({ responseAttributes: unnamed(parts.responseAttributes), subject: unnamed(parts.subject) }),
    },
    reason: 'idp_initiated_forbidden',
    cause: 'in_response_to_missing',
    advice: /the response does not name it/,
  },
  {
    name: 'a login that the provider denied',
    fault: {
      place: 'response',
      parts: () => ({
        status: `<samlp:Status><samlp:StatusCode Value="${STATUS}Responder"><samlp:StatusCode Value="${STATUS}RequestDenied"/></samlp:StatusCode></samlp:Status>`,
      }),
    },
    reason: 'provider_status',
    advice: /it is assigned to them/,
  },
  {
    name: 'no NameID',
    fault: { parts: withoutNameId },
    reason: 'subject_missing',
    cause: 'no_name_id',
    advice: /Configure Cloud Directory to send a NameID/,
  },
  {
    name: 'a persistent NameID with mail beside it',
    fault: {
      parts: (parts) => ({
        subject: swap(parts.subject, /<saml:NameID [^>]*>[^<]*/, `<saml:NameID Format="${PERSISTENT}">a1b2c3`),
      }),
    },
    reason: 'person_unknown',
    cause: 'persistent_name_id_beside_mail',
    advice: /Match people by the attribute/,
  },
  {
    name: 'no attributes',
    settings: { matchAttribute: 'mail' },
    fault: { parts: () => ({ attributes: '' }) },
    reason: 'subject_missing',
    cause: 'no_attributes',
    advice: /sent no attributes at all/,
  },
  {
    name: 'a SHA-1 signature',
    fault: { sign: { ...sha1, ...sha1Digest } },
    reason: 'algorithm_forbidden',
    cause: 'sha1',
    advice: /signature algorithm .* RSA-SHA256/,
  },
  {
    name: 'a SHA-1 digest',
    fault: { sign: sha1Digest },
    reason: 'algorithm_forbidden',
    cause: 'sha1_digest',
    advice: /digest algorithm .* SHA-256/,
  },
  {
    name: '3DES',
    fault: {
      xml: (xml) => {
        const assertion = /<saml:Assertion .*<\/saml:Assertion>/s.exec(xml)?.[0] ?? '';
        return swap(xml, assertion, encryptAssertion(assertion, { cipher: 'des-ede3-cbc' }));
      },
    },
    reason: 'algorithm_forbidden',
    cause: 'encryption',
    advice: /Set the encryption .* AES-256-GCM/,
  },
  {
    name: 'an empty InResponseTo',
    fault: { parts: named('') },
    reason: 'response_malformed',
    cause: 'empty_in_response_to',
    advice: /must leave InResponseTo out/,
  },
];

describe('a fault of a provider', () => {
  for (const { name, fault, settings, reason, cause, advice } of rows)
    it(`is refused with its reason, its cause and the advice for it alone: ${name}`, async () => {
      const signing = await startSigning(settings);
      await addPerson(signing.deps, { userName: 'maya.koch', userType: 'Power User' });
      await addPerson(signing.deps, { userName: 'ada', email: 'ada@acme.com' });
      await respond(signing, fault);
      const attempt = await newestAttempt(signing);
      const failed = checksOf(attempt).find(({ result }) => result === 'refused');
      expect({ reason: attempt.reason, cause: failed?.cause }).to.deep.equal({ reason, cause });
      const page = await (await logInLocally(signing)).get(`/settings/security/activity/${attempt.id}`);
      expect(page.text)
        .to.match(advice)
        .and.not.match(/attacking this server/);
    });

  it('does not send a person back to the intranet who started there, if the provider left InResponseTo out', async () => {
    const signing = await startSigning({ idpInitiated: false });
    const parts = (all: MessageParts) => ({
      responseAttributes: unnamed(all.responseAttributes),
      subject: unnamed(all.subject),
    });
    expect((await respond(signing, { parts })).text)
      .to.contain('The login failed')
      .and.not.contain('Start at the intranet');
  });

  it('has an honest counterpart that is accepted', async () => {
    const signing = await startSigning();
    await addPerson(signing.deps, { userName: 'ada', email: 'ada@acme.com' });
    await respond(signing);
    expect(await newestAttempt(signing)).to.include({ outcome: 'logged_in', flow: 'sp', asserted: 'ada@acme.com' });
    await respond(signing, { parts: ({ prefixes }) => ({ attributes: attributeStatement(prefixes, {}) }) });
  });
});
