import { constants, sign } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import { expect } from 'chai';
import type { ReasonCode } from '../../../src/federation/reasons.ts';
import { attacker, ecProvider, provider, providerNext } from '../support/keys.ts';
import { readSigned } from '../support/redirect.ts';

const RSA_SHA256 = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256';
const XML = '<samlp:LogoutRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_1"/>';
const signingKeys = [providerNext.publicKey, provider.publicKey, ecProvider.publicKey];

const deflated = (xml: string | Buffer) => encodeURIComponent(deflateRawSync(xml).toString('base64'));

function signed(query: string, algorithm = RSA_SHA256, key = provider.privateKey): string {
  const octets = `${query}&SigAlg=${encodeURIComponent(algorithm)}`;
  return `${octets}&Signature=${encodeURIComponent(sign('sha256', Buffer.from(octets), key).toString('base64'))}`;
}

function expectReason(query: string, reason: ReasonCode, allowSha1 = false): void {
  expect(() => readSigned(query, signingKeys, allowSha1), query.slice(0, 200))
    .to.throw()
    .with.property('reason', reason);
}

describe('a message by HTTP-Redirect', () => {
  const good = signed(`SAMLRequest=${deflated(XML)}&RelayState=a%20b%2Bc`);

  it('returns a message that the provider signed, with its RelayState', () => {
    const { parameter, root, relayState } = readSigned(good, signingKeys);
    expect([parameter, root.local, relayState]).to.deep.equal(['SAMLRequest', 'LogoutRequest', 'a b+c']);
  });

  it('verifies an empty RelayState as part of what was signed', () => {
    const empty = signed(`SAMLRequest=${deflated(XML)}&RelayState=`);
    expect(readSigned(empty, signingKeys).relayState).to.equal('');
    expectReason(empty.replace('&RelayState=', ''), 'signature_invalid');
    expectReason(signed(`SAMLRequest=${deflated(XML)}`).replace('&SigAlg', '&RelayState=&SigAlg'), 'signature_invalid');
  });

  it('verifies the octets as received, also with lowercase percent-encoding', () => {
    const raw = `SAMLResponse=${deflated(XML).replace(/%[0-9A-F]{2}/g, (octet) => octet.toLowerCase())}`;
    expect(readSigned(signed(raw), signingKeys).parameter).to.equal('SAMLResponse');
  });

  it('ignores other parameters, and the order', () => {
    const [message = '', relayState = '', algorithm = '', signature = ''] = good.split('&');
    const mixed = [signature, 'tenant=7', relayState, algorithm, message].join('&');
    expect(readSigned(mixed, signingKeys).parameter).to.equal('SAMLRequest');
  });

  it('accepts ECDSA and RSA-PSS', () => {
    const query = `SAMLRequest=${deflated(XML)}`;
    for (const [algorithm, options] of [
      [
        'http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256',
        { key: ecProvider.privateKey, dsaEncoding: 'ieee-p1363' },
      ],
      [
        'http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1',
        { key: provider.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 },
      ],
    ] as const) {
      const octets = `${query}&SigAlg=${encodeURIComponent(algorithm)}`;
      const value = sign('sha256', Buffer.from(octets), options).toString('base64');
      const message = readSigned(`${octets}&Signature=${encodeURIComponent(value)}`, signingKeys);
      expect(message.parameter, algorithm).to.equal('SAMLRequest');
    }
  });

  it('refuses a message that is unsigned or signed by another', () => {
    const query = `SAMLRequest=${deflated(XML)}`;
    expectReason(query, 'signature_missing');
    expectReason(`${query}&SigAlg=${encodeURIComponent(RSA_SHA256)}`, 'signature_missing');
    expectReason(good.replace(/&SigAlg=[^&]*/, ''), 'signature_missing');
    expectReason(signed(query, RSA_SHA256, attacker.privateKey), 'signature_invalid');
  });

  it('refuses a message with a parameter altered, added or left out', () => {
    expectReason(good.replace('a%20b', 'a%20c'), 'signature_invalid');
    expectReason(good.replace('a%20b', 'a+b'), 'signature_invalid');
    expectReason(good.replace('RelayState=a%20b%2Bc&', ''), 'signature_invalid');
    expectReason(
      signed(`SAMLRequest=${deflated(XML)}`).replace('&SigAlg', '&RelayState=x&SigAlg'),
      'signature_invalid',
    );
    expectReason(good.replace('SAMLRequest=', 'SAMLResponse='), 'signature_invalid');
    expectReason(
      good.replace(/SAMLRequest=[^&]*/, `SAMLRequest=${deflated(XML.replace('_1', '_2'))}`),
      'signature_invalid',
    );
  });

  it('refuses a repeated or disguised parameter, and two messages', () => {
    expectReason(`${good}&SAMLRequest=x`, 'request_malformed');
    expectReason(`${good}&RelayState=x`, 'request_malformed');
    expectReason(`${good}&Signature=x`, 'request_malformed');
    expectReason(`${good}&%53AMLRequest=x`, 'request_malformed');
    expectReason(`${good}&SAMLResponse=x`, 'request_malformed');
    expectReason(`${good}&%zz=x`, 'request_malformed');
    expectReason(`${good}&SAMLEncoding=urn%3Aother`, 'request_malformed');
    expectReason('', 'request_malformed');
  });

  it('refuses algorithms that are not on the list', () => {
    const query = `SAMLRequest=${deflated(XML)}`;
    const sha1 = 'http://www.w3.org/2000/09/xmldsig#rsa-sha1';
    expectReason(signed(query, sha1), 'algorithm_forbidden');
    expectReason(signed(query, 'http://www.w3.org/2000/09/xmldsig#hmac-sha1'), 'algorithm_forbidden', true);
    expectReason(signed(query, ''), 'algorithm_forbidden');
  });

  it('stops inflating at the limit', () => {
    expectReason(signed(`SAMLRequest=${deflated(Buffer.alloc(20_000_000))}`), 'message_too_large');
    expectReason('SAMLRequest='.padEnd(70_000, 'A'), 'message_too_large');
  });

  it('refuses a message that does not decode', () => {
    expectReason(signed('SAMLRequest=%21'), 'base64_invalid');
    expectReason(
      signed(`SAMLRequest=${encodeURIComponent(Buffer.from('plain text').toString('base64'))}`),
      'request_malformed',
    );
    expectReason(signed(`SAMLRequest=${deflated('<a')}`), 'xml_malformed');
    expectReason(signed(`SAMLRequest=${deflated('<!DOCTYPE a><a/>')}`), 'xml_forbidden');
    expectReason(good.replace(/&Signature=[^&]*/, '&Signature=%21'), 'signature_malformed');
  });
});
