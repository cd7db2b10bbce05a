import { expect } from 'chai';
import {
  addressFamily,
  clientNetwork,
  fetchableAddress,
  isInNetworks,
  isNetwork,
  isOpenHttp,
  parseTrustProxy,
} from '../src/network.ts';

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
  ['link-local, metadata of most clouds', '169.254.169.254'],
  ['link-local', '169.254.0.1'],
  ['link-local mapped into IPv6', '::ffff:169.254.169.254'],
  ['link-local mapped, in hexadecimal', '::ffff:a9fe:a9fe'],
  ['link-local', 'fe80::1'],
  ['link-local with a zone', 'fe80::1%eth0'],
  ['metadata of a cloud', '100.100.100.200'],
  ['metadata of a cloud', '168.63.129.16'],
  ['metadata of a cloud', 'fd00:ec2::254'],
  ['metadata of a cloud, in full', 'fd00:0ec2:0:0:0:0:0:0254'],
  ['metadata of a cloud', 'fd20:ce::254'],
  ['NAT64 of a link-local address', '64:ff9b::a9fe:a9fe'],
  ['NAT64 of a private address', '64:ff9b::a00:1'],
  ['NAT64 for local use', '64:ff9b:1::1'],
  ['6to4', '2002:7f00:1::1'],
  ['Teredo', '2001::1'],
  ['IPv4-compatible IPv6, deprecated', '::7f00:1'],
  ['site-local', 'fec0::1'],
  ['outside the allocated range', '4000::1'],
  ['multicast', '224.0.0.1'],
  ['multicast', 'ff02::1'],
  ['broadcast', '255.255.255.255'],
  ['reserved', '240.0.0.1'],
  ['documentation', '203.0.113.1'],
  ['documentation', '2001:db8::1'],
  ['benchmarking', '198.18.0.1'],
  ['special purpose', '192.0.0.192'],
  ['not an address', 'localhost'],
  ['not an address', ''],
] as const;

// What inet_aton reads and inet_pton does not: the same text must not mean two addresses.
const AMBIGUOUS = ['10', '10.1', '010.1.2.3', '0x7f.0.0.1', '1.2.3.0x4', '::ffff:010.1.2.3', '::ffff:0x1.2.3.4'];

describe('network', () => {
  for (const address of PUBLIC) {
    it(`fetches from the public ${address}`, () => {
      expect(fetchableAddress(address, 'deny')).to.equal(address);
      expect(fetchableAddress(address, 'allow')).to.equal(address);
    });
  }

  for (const address of INTERNAL) {
    it(`fetches from the internal ${address} only if private networks are allowed`, () => {
      expect(fetchableAddress(address, 'deny')).to.equal(undefined);
      expect(fetchableAddress(address, 'allow')).to.be.a('string');
    });
  }

  for (const [what, address] of [...NEVER, ...AMBIGUOUS.map((text) => ['ambiguous', text] as const)]) {
    it(`never fetches from "${address}" (${what})`, () => {
      expect(fetchableAddress(address, 'deny')).to.equal(undefined);
      expect(fetchableAddress(address, 'allow')).to.equal(undefined);
    });
  }

  it('returns an address mapped into IPv6 as IPv4', () => {
    expect(fetchableAddress('::ffff:8.8.8.8', 'deny')).to.equal('8.8.8.8');
  });

  it('knows the family of an address', () => {
    expect(addressFamily('192.0.2.1')).to.equal(4);
    expect(addressFamily('2001:db8::1')).to.equal(6);
    expect(addressFamily('::ffff:192.0.2.1')).to.equal(6);
    for (const text of [...AMBIGUOUS, '', 'localhost', '192.0.2.1 ', '192.0.2.256', '::1::', '[::1]'])
      expect(addressFamily(text), text).to.equal(undefined);
  });

  it('accepts addresses and ranges as networks', () => {
    for (const text of ['10.0.0.0/8', '192.0.2.7', '0.0.0.0/0', '::/0', '2001:db8::/32', '::1', '::ffff:10.0.0.0/104'])
      expect(isNetwork(text), text).to.equal(true);
    for (const text of [
      ...AMBIGUOUS,
      ...['', 'x', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/8/8', '10.0.0.0/-1', '10.0.0.0/255.0.0.0', ' 10.0.0.1'],
      ...['::/129', 'fe80::1%eth0', 'fe80::%eth0/64', '::ffff:10.0.0.0/95', '10.0.0.1,10.0.0.2'],
    ])
      expect(isNetwork(text), text).to.equal(false);
  });

  const inside = [
    ['10.1.2.3', '10.0.0.0/8'],
    ['192.0.2.7', '192.0.2.7'],
    ['2001:db8:1::1', '2001:db8::/32'],
    ['::1', '0:0:0:0:0:0:0:1'],
    ['::FFFF:10.1.2.3', '10.0.0.0/8'],
    ['::ffff:a01:203', '10.0.0.0/8'],
    ['10.1.2.3', '::ffff:10.0.0.0/104'],
    ['10.1.2.3', '::ffff:10.1.2.3'],
    ['203.0.113.9', '0.0.0.0/0'],
  ] as const;
  for (const [address, network] of inside) {
    it(`finds ${address} in ${network}`, () => {
      expect(isInNetworks(address, [network])).to.equal(true);
      expect(isInNetworks(address, ['198.51.100.1', '2001:db8:f::/48', network])).to.equal(true);
    });
  }

  const outside = [
    ['11.0.0.1', '10.0.0.0/8'],
    ['192.0.2.8', '192.0.2.7'],
    ['2001:db9::1', '2001:db8::/32'],
    ['::ffff:11.0.0.1', '10.0.0.0/8'],
    ['10.1.2.3', '::/0'],
    ['2001:db8::1', '0.0.0.0/0'],
    ['11.0.0.1', '::ffff:10.0.0.0/104'],
    ['', '0.0.0.0/0'],
    ['nonsense', '0.0.0.0/0'],
    ['010.1.2.3', '0.0.0.0/0'],
    ['10.1.2.3, 192.0.2.7', '0.0.0.0/0'],
    ['10.1.2.3', 'nonsense'],
  ] as const;
  for (const [address, network] of outside) {
    it(`does not find "${address}" in ${network}`, () => {
      expect(isInNetworks(address, [network])).to.equal(false);
    });
  }

  it('finds no address in an empty list of networks', () => {
    expect(isInNetworks('10.1.2.3', [])).to.equal(false);
  });

  it('counts a client under its IPv4 address or its IPv6 /64', () => {
    expect(clientNetwork('203.0.113.7')).to.equal('203.0.113.7');
    expect(clientNetwork('::ffff:203.0.113.7')).to.equal('203.0.113.7');
    expect(clientNetwork('2001:db8:1:2:3:4:5:6')).to.equal('2001:db8:1:2::/64');
    expect(clientNetwork('2001:DB8:1:2::9')).to.equal('2001:db8:1:2::/64');
    expect(clientNetwork('2001:db8:1:3::9')).to.equal('2001:db8:1:3::/64');
    expect(clientNetwork('nonsense')).to.equal('unknown');
  });

  it('calls http open unless it stays on this machine', () => {
    for (const url of [
      'http://intranet.acme.com',
      'http://10.0.0.1:3000',
      'http://[2001:db8::1]/',
      'http://127.acme.com',
    ])
      expect(isOpenHttp(url), url).to.equal(true);
    for (const host of ['localhost:3000', 'acme.localhost', '127.0.0.1', '127.255.0.9', '[::1]:3000', '2130706433'])
      expect(isOpenHttp(`http://${host}/`), host).to.equal(false);
    expect(isOpenHttp('https://intranet.acme.com')).to.equal(false);
  });

  it('reads TRUST_PROXY as Express does', () => {
    for (const value of ['', 'off', 'False', 'no']) expect(parseTrustProxy(value), value).to.equal(false);
    expect(parseTrustProxy('2')).to.equal(2);
    expect(parseTrustProxy('loopback, 10.0.0.0/8,fd00::/8')).to.deep.equal(['loopback', '10.0.0.0/8', 'fd00::/8']);
    for (const value of ['on', 'proxy.acme.com', '10.0.0.0/33', '10.0.0.0/', '::/129', '10.0.0.1,', '-1', '1.5'])
      expect(parseTrustProxy(value), value).to.equal(undefined);
  });
});
