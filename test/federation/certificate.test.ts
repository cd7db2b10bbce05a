import { createPrivateKey, createPublicKey, sign, verify, X509Certificate } from 'node:crypto';
import { expect } from 'chai';
import { generate } from 'selfsigned';
import type { KeyPair } from '../../src/deps.ts';
import { createSigningCertificate, describeCertificate } from '../../src/federation/certificate.ts';
import { testKeyPairs } from '../support/testDeps.ts';

const NOW = Date.parse('2026-06-01T08:30:00Z');

describe('federation/certificate', () => {
  describe('createSigningCertificate', () => {
    let keyPair: KeyPair;
    let pem: string;

    before(async () => {
      keyPair = await testKeyPairs()();
      pem = await createSigningCertificate({ keyPair, commonName: 'intranet.acme.com', now: NOW, years: 10 });
    });

    it('creates a certificate for the key that is valid from now for the given years', () => {
      expect(describeCertificate(pem)).to.include({
        subject: 'CN=intranet.acme.com',
        notBefore: NOW,
        notAfter: Date.parse('2036-06-01T08:30:00Z'),
        keyDescription: 'RSA 2048',
      });
    });

    it('creates a self-signed certificate with SHA-256 that is not an authority', () => {
      const certificate = new X509Certificate(pem);
      expect(certificate.verify(certificate.publicKey)).to.equal(true);
      expect(certificate.signatureAlgorithm).to.equal('sha256WithRSAEncryption');
      expect(certificate.ca).to.equal(false);
    });

    it('certifies the public key that belongs to the private key', () => {
      const message = Buffer.from('a request');
      const signature = sign('sha256', message, createPrivateKey(keyPair.privateKey));
      expect(verify('sha256', message, createPublicKey(pem), signature)).to.equal(true);
    });

    it('does not let a name add fields to the subject or exceed the length that X.509 allows', async () => {
      const commonName = `a, O=Evil+OU="x"\\, ${'long'.repeat(40)}`;
      const long = await createSigningCertificate({ keyPair, commonName, now: NOW, years: 1 });
      const { subject } = describeCertificate(long);
      expect(subject).to.match(/^CN=a- O-Evil-OU--x--- (long)+[long]*$/);
      expect(subject.length).to.equal('CN='.length + 64);
    });
  });

  describe('describeCertificate', () => {
    it('names curve keys by their curve', async () => {
      const { cert } = await generate([{ name: 'commonName', value: 'ec' }], { keyType: 'ec', curve: 'P-384' });
      expect(describeCertificate(cert).keyDescription).to.equal('EC P-384');
    });

    it('returns the fingerprint in pairs, and the subject on one line', async () => {
      const { cert } = await generate([
        { name: 'commonName', value: 'idp' },
        { name: 'organizationName', value: 'Rivet' },
      ]);
      const described = describeCertificate(cert);
      expect(described.sha256).to.match(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
      expect(described.subject).to.equal('CN=idp, O=Rivet');
    });

    it('describes a certificate without a subject', async () => {
      const { cert } = await generate([], {});
      expect(describeCertificate(cert)).to.include({ subject: '' });
    });

    it('throws if it is not a certificate', () => {
      expect(() => describeCertificate('no certificate')).to.throw();
    });
  });
});
