import { createPublicKey } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { readMetadata } from '../../../src/federation/metadata/readMetadata.ts';
import type { LoginContext } from '../../../src/saml/verify/check.ts';
import { contextWith, verifyField } from '../support/context.ts';
import { domain } from '../support/keys.ts';

const folder = join(import.meta.dirname, '../fixtures/real');
const ORIGIN = 'http://localhost:3456'; // the address of Anteroom when these were recorded

type Provider = { name: string; responses: string[]; person: string };

// Recorded from real programs, each with its published metadata. Assertions are encrypted for the key of the tests.
const providers: Provider[] = [
  { name: 'saml-idp', responses: ['both', 'assertion', 'encrypted', 'unsolicited'], person: 'jane@acme.example' },
  {
    name: 'simplesamlphp',
    responses: ['both', 'response', 'assertion', 'encrypted', 'unsolicited'],
    person: 'jane@acme.example',
  },
  { name: 'lemonldap', responses: ['both', 'assertion', 'encrypted', 'unsolicited'], person: 'dwho@badwolf.org' },
  {
    name: 'pysaml2',
    responses: ['both', 'response', 'assertion', 'encrypted', 'unsolicited'],
    person: 'jane@acme.example',
  },
];

describe('responses of real providers', () => {
  for (const { name, responses, person } of providers) {
    describe(name, () => {
      it('has no recording without a test', () => {
        expect(readdirSync(join(folder, name)).sort()).to.deep.equal([...responses, 'metadata'].map(fileOf).sort());
      });

      for (const response of responses) {
        it(`logs in: ${response}`, () => {
          const { refusal, content, results } = verify(name, text(name, response));
          expect(refusal && [refusal.reason, refusal.facts]).to.equal(undefined);
          expect([content?.nameId?.value, ...(content?.attributes.values() ?? [])].flat()).to.include(person);
          const where =
            response === 'both' ? /Response; .*Assertion$/ : response === 'response' ? /Response$/ : /Assertion/;
          expect(results.find((check) => check.name === 'Signature')?.detail).to.match(where);
        });

        it(`is refused with an altered issue instant: ${response}`, () => {
          const altered = text(name, response).replaceAll(/IssueInstant="2026/g, 'IssueInstant="2025');
          expect(verify(name, altered).refusal?.reason).to.equal('signature_invalid');
        });

        it(`is refused a day later: ${response}`, () => {
          const xml = text(name, response);
          expect(verify(name, xml, instantOf(xml) + 25 * 3_600_000).refusal?.reason).to.match(/_expired$/);
        });
      }
    });
  }
});

function verify(name: string, xml: string, now = instantOf(xml) + 1_000): LoginContext {
  const read = readMetadata(text(name, 'metadata'), { now: instantOf(xml) });
  if (!read.ok) throw new Error(read.error.message);
  const { entityId, certificates } = read.metadata;
  const requestId = /InResponseTo="([^"]+)"/.exec(xml)?.[1];
  const context = contextWith({
    entityId: `${ORIGIN}/saml/metadata`,
    acsUrl: `${ORIGIN}/saml/acs`,
    now,
    idpEntityId: entityId,
    signingKeys: certificates.map(({ pem }) => createPublicKey(pem)),
    decryptionKeys: [domain.privateKey],
    expectedRequest: requestId ? { id: requestId, forceAuthn: false, issuedAt: instantOf(xml) - 10_000 } : undefined,
    settings: { idpInitiated: requestId === undefined },
  });
  return verifyField(Buffer.from(xml).toString('base64'), context);
}

function instantOf(xml: string): number {
  return Date.parse(/IssueInstant="([^"]+)"/.exec(xml)?.[1] ?? '');
}

function text(name: string, file: string): string {
  return readFileSync(join(folder, name, fileOf(file)), 'utf8');
}

function fileOf(name: string): string {
  return `${name}.xml`;
}
