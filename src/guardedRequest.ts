import { lookup as resolve } from 'node:dns/promises';
import { once } from 'node:events';
import http, { type IncomingMessage, type RequestOptions } from 'node:http';
import https from 'node:https';
import { addressFamily, bareHost, fetchableAddress, type PrivateNetworks } from './network.ts';

/** Which addresses this server may connect to. */
export type Guard = {
  privateNetworks: PrivateNetworks;
  lookup?: ((host: string) => Promise<string[]>) | undefined; // all addresses of a name; the operating system's by default
};

/** The host is in a private network, which this server must not connect to. */
export class PrivateAddress extends Error {}

/**
 * Returns the addresses to connect to for a URL that a person entered. A name is refused if any of its addresses is private: it is not up
 * to us which one the connection uses.
 * @throws PrivateAddress, or the error of the resolver (see connectionFault)
 */
export async function permittedAddresses(url: URL, guard: Guard, signal: AbortSignal): Promise<string[]> {
  const found = await resolveHost(url, guard.lookup ?? resolveAll, signal);
  const permitted = found.flatMap((address) => fetchableAddress(address, guard.privateNetworks) ?? []);
  if (found.length === 0) throw new Error('no address');
  if (permitted.length < found.length) throw new PrivateAddress();
  return permitted;
}

/**
 * Sends a request to one of the checked addresses, even if the name resolves to others by now. Follows no redirect and uses no proxy.
 * Settles with the head of the response, whose body is not read yet.
 */
export function requestFrom(
  url: URL,
  addresses: readonly string[],
  { body, ...options }: Pick<RequestOptions, 'method' | 'headers' | 'signal'> & { body?: string },
): Promise<IncomingMessage> {
  const { request } = url.protocol === 'https:' ? https : http;
  return new Promise((resolve, reject) => {
    request(url, { ...options, agent: false, lookup: lookupOf(addresses) })
      .on('response', resolve)
      .on('error', reject)
      .on('close', () => reject(new Error('closed without a response')))
      .end(body);
  });
}

/** What failed about a connection, for the Power User who entered the URL. It contains nothing of the response. */
export type ConnectionFault =
  | { kind: 'no_https' }
  | { kind: 'certificate'; code: string }
  | { kind: 'unreachable'; cause: string };

/** Returns what failed about a connection. */
export function connectionFault(error: unknown): ConnectionFault {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (
    /^(ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG)|EPROTO)$/.test(code) &&
    /wrong version|packet length/.test(String(error))
  )
    return { kind: 'no_https' };
  if (/^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|HOSTNAME_MISMATCH|EPROTO)/.test(code))
    return { kind: 'certificate', code };
  return { kind: 'unreachable', cause: causes[code] ?? 'the connection failed' };
}

const causes: Record<string, string> = {
  ENOTFOUND: 'the name does not exist',
  EAI_AGAIN: 'the name could not be resolved',
  ECONNREFUSED: 'the connection was refused',
};

async function resolveHost(url: URL, lookup: NonNullable<Guard['lookup']>, signal: AbortSignal): Promise<string[]> {
  const host = bareHost(url);
  if (addressFamily(host)) return [host];
  signal.throwIfAborted();
  const aborted = once(signal, 'abort').then(() => Promise.reject(signal.reason));
  return Promise.race([lookup(host), aborted]);
}

async function resolveAll(host: string): Promise<string[]> {
  return (await resolve(host, { all: true })).map(({ address }) => address);
}

function lookupOf(addresses: readonly string[]): NonNullable<RequestOptions['lookup']> {
  const found = addresses.map((address) => ({ address, family: addressFamily(address) ?? 0 }));
  return (_host, options, callback) => {
    const [first] = found;
    if (first === undefined) callback(new Error('no address'), '', 0);
    else if (options.all) callback(null, found);
    else callback(null, first.address, first.family);
  };
}
