import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Whether this server may connect to private networks: 'allow' is for identity providers and webhooks inside the company. */
export type PrivateNetworks = 'allow' | 'deny';

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Network = { base: Address; bits: number };

const PRIVATE_RANGES: ReadonlySet<string> = new Set(['loopback', 'private', 'uniqueLocal', 'carrierGradeNat']);
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3'); // everything that IANA has allocated to hosts

/** Addresses outside the link-local range at which clouds serve the machine's credentials. */
const CLOUD_METADATA: ReadonlySet<string> = new Set(
  ['100.100.100.200', '168.63.129.16', 'fd00:ec2::254', 'fd20:ce::254'].map((text) => ipaddr.parse(text).toString()),
);

/** Returns 4 or 6 for an IP address in standard notation, undefined for any other text. */
export function addressFamily(text: string): 4 | 6 | undefined {
  const family = isIP(text);
  return family === 4 || family === 6 ? family : undefined;
}

/** Returns whether a text is an address or a range in CIDR notation, without a zone: zones are local to one machine (RFC 4007 6). */
export function isNetwork(text: string): boolean {
  return parseNetwork(text) !== undefined;
}

/** Returns whether an address is in one of the networks. IPv4 mapped into IPv6 (RFC 4291 2.5.5.2) counts as IPv4 on both sides. */
export function isInNetworks(address: string, networks: readonly string[]): boolean {
  return networkTest(networks)(address);
}

/** Returns a test like isInNetworks, for many addresses. */
export function networkTest(networks: readonly string[]): (address: string) => boolean {
  const parsed = networks.map(parseNetwork).filter((network) => network !== undefined);
  return (address) => {
    const client = parseAddress(address);
    return parsed.some(({ base, bits }) => client && base.kind() === client.kind() && client.match(base, bits));
  };
}

/** Returns the network to count a client under: its IPv4 address, or its IPv6 /64, the least that a subscriber has (RFC 6177). */
export function clientNetwork(address: string): string {
  const client = parseAddress(address);
  if (client instanceof ipaddr.IPv6) return `${new ipaddr.IPv6([...client.parts.slice(0, 4), 0, 0, 0, 0])}/64`;
  return client?.toString() ?? 'unknown';
}

/**
 * Returns the address to connect to (IPv4 if it was mapped into IPv6), or undefined if this server must not connect to it.
 * Unknown ranges are refused. Link-local, cloud metadata and translated addresses (NAT64, 6to4, Teredo) are refused even if private
 * networks are allowed.
 */
export function fetchableAddress(text: string, privateNetworks: PrivateNetworks): string | undefined {
  const address = parseAddress(text);
  if (!address || CLOUD_METADATA.has(address.toString())) return undefined;
  const range = address.range();
  const isPublic = range === 'unicast' && (address.kind() === 'ipv4' || address.match(GLOBAL_UNICAST));
  const isPrivate = privateNetworks === 'allow' && PRIVATE_RANGES.has(range);
  return isPublic || isPrivate ? address.toString() : undefined;
}

/** Returns the host of a URL as resolvers and sockets take it: an IPv6 address without its brackets. */
export function bareHost({ hostname }: Pick<URL, 'hostname'>): string {
  return hostname.replace(/^\[|\]$/g, '');
}

/** Returns whether a URL uses plain http to another machine, so that others can read it. */
export function isOpenHttp(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  if (protocol !== 'http:') return false;
  const isLoopback = parseAddress(bareHost({ hostname }))?.range() === 'loopback';
  return !isLoopback && !/^(.+\.)?localhost$/.test(hostname);
}

/** Reads TRUST_PROXY as Express's `trust proxy`: a number of hops, a list of networks, or false. Returns undefined if it is neither. */
export function parseTrustProxy(value: string): string[] | number | false | undefined {
  if (value === '' || /^(off|false|no)$/i.test(value)) return false;
  if (/^\d+$/.test(value)) return Number(value);
  const networks = value.split(',').map((entry) => entry.trim());
  const isKnown = (entry: string) => ['loopback', 'linklocal', 'uniquelocal'].includes(entry) || isNetwork(entry);
  return networks.every(isKnown) ? networks : undefined;
}

// Node's isIP comes first because ipaddr.js also parses octal, hexadecimal and shortened addresses.
function parseAddress(text: string): Address | undefined {
  return isIP(text) !== 0 && ipaddr.isValid(text) ? ipaddr.process(text) : undefined;
}

function parseNetwork(text: string): Network | undefined {
  const [, host = '', length] = /^([^/%]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const base = parseAddress(host);
  if (!base) return undefined;
  const most = base.kind() === 'ipv4' ? 32 : 128;
  const mapped = base.kind() === 'ipv4' && host.includes(':') ? 96 : 0;
  const bits = length === undefined ? most : Number(length) - mapped;
  return bits >= 0 && bits <= most ? { base, bits } : undefined;
}
