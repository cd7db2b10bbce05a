import ipaddr from 'ipaddr.js';

/** Whether this server may fetch from its own networks: 'allow' is for identity providers inside the company. */
export type PrivateNetworks = 'allow' | 'deny';

const PRIVATE_RANGES: ReadonlySet<string> = new Set(['loopback', 'private', 'uniqueLocal', 'carrierGradeNat']);
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3'); // all that IANA has given out; what lies outside is not for hosts

/** Where clouds answer with the credentials of the machine, outside the link-local range. */
const CLOUD_METADATA: ReadonlySet<string> = new Set(
  ['100.100.100.200', '168.63.129.16', 'fd00:ec2::254', 'fd20:ce::254'].map((text) => ipaddr.parse(text).toString()),
);

/**
 * Judges an address before a connection is made to it: deny by default, so that an address in a range that nobody thought of is refused.
 * Link-local, cloud metadata and translated addresses (NAT64, 6to4, Teredo) are refused even where private networks are allowed.
 * @param text an IPv4 or IPv6 address
 * @returns the very address to connect to (IPv4 where it was mapped into IPv6), or undefined where it is refused
 */
export function permittedAddress(text: string, privateNetworks: PrivateNetworks): string | undefined {
  if (!ipaddr.isValid(text)) return undefined;
  const address = ipaddr.process(text);
  if (CLOUD_METADATA.has(address.toString())) return undefined;
  const range = address.range();
  const isPublic = range === 'unicast' && (address.kind() === 'ipv4' || address.match(GLOBAL_UNICAST));
  const isPrivate = privateNetworks === 'allow' && PRIVATE_RANGES.has(range);
  return isPublic || isPrivate ? address.toString() : undefined;
}

/** Whether a URL is http to another machine, where others can read along. What stays on one machine needs no encryption. */
export function isOpenHttp(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === 'http:' && !/^(127\..*|\[::1\]|(.+\.)?localhost)$/.test(hostname);
}
