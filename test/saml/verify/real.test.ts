import { createPublicKey } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { readMetadata } from '../../../src/federation/metadata/readMetadata.ts';
import { readResponse, verifyResponse } from '../../../src/saml/verify/response.ts';
import type { Verdict, VerifyContext } from '../../../src/saml/verify/verdict.ts';
import { domain } from '../support/keys.ts';

const folder = join(import.meta.dirname, '../fixtures/real');
const ORIGIN = 'http://localhost:3456'; // where Anteroom stood when these were recorded

type Maker = { name: string; answers: string[]; person: string };

// Recorded from the programs themselves, each with the metadata that it published. What is encrypted is so for the tests' own key.
const makers: Maker[] = [
  { name: 'saml-idp', answers: ['both', 'assertion', 'encrypted', 'unsolicited'], person: 'jane@acme.example' },
  {
    name: 'simplesamlphp',
    answers: ['both', 'response', 'assertion', 'encrypted', 'unsolicited'],
    person: 'jane@acme.example',
  },
  { name: 'lemonldap', answers: ['both', 'assertion', 'encrypted', 'unsolicited'], person: 'dwho@badwolf.org' },
  {
    name: 'pysaml2',
    answers: ['both', 'response', 'assertion', 'encrypted', 'unsolicited'],
    person: 'jane@acme.example',
  },
];

describe('answers of real providers', () => {
  for (const { name, answers, person } of makers) {
    describe(name, () => {
      it('has each of its recordings replayed', () => {
        expect(readdirSync(join(folder, name)).sort()).to.deep.equal([...answers, 'metadata'].map(fileOf).sort());
      });

      for (const answer of answers) {
        it(`signs in: ${answer}`, () => {
          const verdict = judge(name, text(name, answer));
          if (!verdict.ok) throw new Error(JSON.stringify(verdict.checks.find(({ result }) => result === 'refused')));
          const { nameId, attributes } = verdict.assertion;
          expect([nameId?.value, ...attributes.values()].flat()).to.include(person);
          const where =
            answer === 'both' ? /Response; .*Assertion$/ : answer === 'response' ? /Response$/ : /Assertion/;
          expect(verdict.checks.find((check) => check.name === 'Signature verifies')?.detail).to.match(where);
        });

        it(`is refused with another issue instant: ${answer}`, () => {
          const altered = text(name, answer).replaceAll(/IssueInstant="2026/g, 'IssueInstant="2025');
          expect(judge(name, altered)).to.include({ ok: false, reason: 'signature_invalid' });
        });

        it(`is refused a day later: ${answer}`, () => {
          const verdict = judge(name, text(name, answer), { now: instantOf(text(name, answer)) + 25 * 3_600_000 });
          expect(verdict.ok ? 'accepted' : verdict.reason).to.match(/_expired$/);
        });
      }
    });
  }
});

function judge(name: string, xml: string, changes: Partial<VerifyContext> = {}): Verdict {
  const metadata = readMetadata(text(name, 'metadata'), { now: instantOf(xml) });
  if (!metadata.ok) throw new Error(metadata.error.message);
  const read = readResponse(Buffer.from(xml).toString('base64'));
  if (!read.ok) throw new Error(read.reason);
  const { inResponseTo } = read.response;
  return verifyResponse(read.response, {
    entityId: `${ORIGIN}/saml/metadata`,
    acsUrl: `${ORIGIN}/saml/acs`,
    now: instantOf(xml) + 1_000,
    provider: {
      entityId: metadata.metadata.entityId,
      signingKeys: metadata.metadata.certificates.map(({ pem }) => createPublicKey(pem)),
      clockSkewMs: 60_000,
      allowSha1: false,
      idpInitiated: inResponseTo === undefined,
      subjectAttribute: undefined,
    },
    decryptionKeys: [domain.privateKey],
    request: inResponseTo ? { id: inResponseTo, forceAuthn: false, issuedAt: instantOf(xml) - 10_000 } : undefined,
    ...changes,
  });
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
