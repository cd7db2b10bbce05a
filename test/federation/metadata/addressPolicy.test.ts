import { expect } from 'chai';
import { permittedAddress } from '../../../src/federation/metadata/addressPolicy.ts';

const PUBLIC = ['93.184.215.14', '8.8.8.8', '2606:4700::1111'];

const INTERNAL = [
  '127.0.0.1',
  '127.255.0.9',
  '::1',
  '10.1.2.3',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '100.64.0.1',
  'fc00::1',
  'fd12:3456::1',
  '::ffff:127.0.0.1',
  '::ffff:a00:1',
];

const NEVER = [
  ['this network', '0.0.0.0'],
  ['this network', '0.1.2.3'],
  ['unspecified', '::'],
  ['link-local, where clouds answer', '169.254.169.254'],
  ['link-local', '169.254.0.1'],
  ['link-local mapped into IPv6', '::ffff:169.254.169.254'],
  ['link-local mapped, in hexadecimal', '::ffff:a9fe:a9fe'],
  ['link-local', 'fe80::1'],
  ['link-local with a zone', 'fe80::1%eth0'],
  ['metadata of a cloud', '100.100.100.200'],
  ['metadata of a cloud', '168.63.129.16'],
  ['metadata of a cloud', 'fd00:ec2::254'],
  ['metadata of a cloud, written out', 'fd00:0ec2:0:0:0:0:0:0254'],
  ['metadata of a cloud', 'fd20:ce::254'],
  ['NAT64 of a link-local address', '64:ff9b::a9fe:a9fe'],
  ['NAT64 of a private address', '64:ff9b::a00:1'],
  ['NAT64 for local use', '64:ff9b:1::1'],
  ['6to4', '2002:7f00:1::1'],
  ['Teredo', '2001::1'],
  ['IPv4 inside IPv6 in the old way', '::7f00:1'],
  ['site-local', 'fec0::1'],
  ['outside what is given out', '4000::1'],
  ['multicast', '224.0.0.1'],
  ['multicast', 'ff02::1'],
  ['broadcast', '255.255.255.255'],
  ['reserved', '240.0.0.1'],
  ['for documents', '203.0.113.1'],
  ['for documents', '2001:db8::1'],
  ['benchmarks', '198.18.0.1'],
  ['special purpose', '192.0.0.192'],
  ['no address', 'localhost'],
  ['no address', ''],
] as const;

describe('saml/metadata/addressPolicy', () => {
  for (const address of PUBLIC) {
    it(`permits the public ${address}`, () => {
      expect(permittedAddress(address, 'deny')).to.equal(address);
      expect(permittedAddress(address, 'allow')).to.equal(address);
    });
  }

  for (const address of INTERNAL) {
    it(`permits the internal ${address} only where private networks are allowed`, () => {
      expect(permittedAddress(address, 'deny')).to.equal(undefined);
      expect(permittedAddress(address, 'allow')).to.be.a('string');
    });
  }

  for (const [what, address] of NEVER) {
    it(`never permits "${address}" (${what})`, () => {
      expect(permittedAddress(address, 'deny')).to.equal(undefined);
      expect(permittedAddress(address, 'allow')).to.equal(undefined);
    });
  }

  it('gives the address to connect to as IPv4 where it was mapped into IPv6', () => {
    expect(permittedAddress('::ffff:8.8.8.8', 'deny')).to.equal('8.8.8.8');
  });
});
