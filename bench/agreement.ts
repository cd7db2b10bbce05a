import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { XmlDocument } from 'libxml2-wasm';
import { honestCases } from '../test/saml/corpus/honest.ts';
import { signatureCases } from '../test/saml/corpus/signatures.ts';
import { statementCases } from '../test/saml/corpus/statements.ts';
import { wrappingCases } from '../test/saml/corpus/wrapping.ts';
import { type VerifyContext, verifyField } from '../test/saml/support/context.ts';

/**
 * The results of `xmlsec1 --verify` and Anteroom for the corpora. `disagreements` lists responses that only Anteroom accepted, and
 * must be empty. `encrypted`: no visible signature. `unknown`: an algorithm that xmlsec1 does not support (RSA-PSS before 1.3).
 */
export type AgreementReport = {
  benchmark: 'agreement';
  version: string;
  accepted: { verified: number; encrypted: number; unknown: number };
  refused: { byBoth: number; byAnteroomAlone: number };
  disagreements: string[];
};

type Message = { name: string; field: string; context: VerifyContext };

/** Runs xmlsec1 on every response of the corpora. It checks only signatures, so Anteroom may refuse more, but never less. */
export function measureAgreement(): AgreementReport {
  const version = spawnSync('xmlsec1', ['--version'], { encoding: 'utf8' });
  if (version.status !== 0) throw new Error('xmlsec1 is not installed (Debian: apt-get install xmlsec1)');
  const directory = mkdtempSync(join(tmpdir(), 'anteroom-agreement-'));
  const report: AgreementReport = {
    benchmark: 'agreement',
    version: version.stdout.trim(),
    accepted: { verified: 0, encrypted: 0, unknown: 0 },
    refused: { byBoth: 0, byAnteroomAlone: 0 },
    disagreements: [],
  };
  try {
    for (const message of [...honestCases(), ...signatureCases(), ...wrappingCases(), ...statementCases()])
      compare(message, directory, report);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
  return report;
}

function compare({ name, field, context }: Message, directory: string, report: AgreementReport): void {
  const accepted = verifyField(field, context).refusal === undefined;
  const xml = Buffer.from(field, 'base64');
  const paths = ['/*[local-name()="Response"]', '/*/*[local-name()="Assertion"]'].map(
    (path) => `${path}/*[local-name()="Signature"]`,
  );
  const outcomes = paths.map((path) => verifiedByXmlsec(xml, path, context, directory));
  const found = outcomes.filter((outcome) => outcome !== 'none');
  if (accepted && found.length === 0) report.accepted.encrypted++;
  else if (accepted && found.every((outcome) => outcome === 'verified')) report.accepted.verified++;
  else if (accepted && found.includes('unknown')) report.accepted.unknown++;
  else if (accepted) report.disagreements.push(name);
  else if (found.includes('refused') || found.length === 0) report.refused.byBoth++;
  else report.refused.byAnteroomAlone++;
}

function verifiedByXmlsec(
  xml: Buffer,
  path: string,
  context: VerifyContext,
  directory: string,
): 'verified' | 'refused' | 'unknown' | 'none' {
  if (!hasNode(xml, path)) return 'none';
  const file = join(directory, 'message.xml');
  writeFileSync(file, xml);
  const ids = [
    '--id-attr:ID',
    'urn:oasis:names:tc:SAML:2.0:protocol:Response',
    '--id-attr:ID',
    'urn:oasis:names:tc:SAML:2.0:assertion:Assertion',
  ];
  for (const key of context.signingKeys) {
    const keyFile = join(directory, 'key.pem');
    writeFileSync(keyFile, key.export({ format: 'pem', type: 'spki' }));
    const run = spawnSync(
      'xmlsec1',
      ['--verify', '--enabled-key-data', 'key-name', '--pubkey-pem', keyFile, ...ids, '--node-xpath', path, file],
      { encoding: 'utf8' },
    );
    if (run.status === 0) return 'verified';
    if (run.stderr.includes('xmlSecTransformIdListFindByHref')) return 'unknown';
  }
  return 'refused';
}

function hasNode(xml: Buffer, path: string): boolean {
  try {
    const document = XmlDocument.fromBuffer(xml);
    const found = document.get(path) !== null;
    document.dispose();
    return found;
  } catch {
    return true; // not XML: let xmlsec1 refuse it
  }
}
