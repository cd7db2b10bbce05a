import { lookup as resolve } from 'node:dns/promises';
import { once } from 'node:events';
import http, { type IncomingMessage, type RequestOptions } from 'node:http';
import https from 'node:https';
import { addressFamily, fetchableAddress, type PrivateNetworks } from '../../network.ts';
import { MAX_METADATA_BYTES } from './document.ts';
import { type MetadataError, quote, refusalIn, refuse } from './refusal.ts';

export type FetchOptions = {
  privateNetworks: PrivateNetworks;
  timeoutMs?: number; // for everything, including redirects; 10 s by default
  maxBytes?: number;
  lookup?: (host: string) => Promise<string[]>; // all addresses of a name; the operating system's by default
};

export type FetchResult = { ok: true; body: Uint8Array } | { ok: false; error: MetadataError };

const MAX_REDIRECTS = 3;
const MAX_URL = 2_048;
const UPLOAD = 'download the metadata and upload the file';

const HEADERS = {
  accept: 'application/samlmetadata+xml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.1',
  'accept-encoding': 'identity', // the byte limit then counts what was sent
  'user-agent': 'Anteroom',
};

/**
 * Fetches metadata from a URL that a person entered, without reaching what only this server can reach: the name is resolved once, all its
 * addresses are checked, and the connection goes to one of them. Every redirect is checked in the same way.
 * @param url https, or http if private networks are allowed
 */
export async function fetchMetadata(url: string, options: FetchOptions): Promise<FetchResult> {
  const timeoutMs = options.timeoutMs ?? 10_000;
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    return { ok: true, body: await follow(readUrl(url, options), 0, options, signal) };
  } catch (caught) {
    if (!signal.aborted) return { ok: false, error: refusalIn(caught) };
    const message = `The server did not respond completely within ${timeoutMs / 1000} seconds. Try again, or ${UPLOAD}.`;
    return { ok: false, error: { code: 'timeout', message } };
  }
}

/** Returns an entered URL with https:// in front if it begins with a host, such as idp.example.com/metadata or localhost:3001. */
export function withScheme(entered: string): string {
  const text = entered.trim();
  return /^(localhost|[\w-]+(\.[\w-]+)+|[\w-]+(?=:\d))(:\d+)?([/?#]|$)/.test(text) ? `https://${text}` : text;
}

async function follow(url: URL, redirects: number, options: FetchOptions, signal: AbortSignal): Promise<Uint8Array> {
  const addresses = checkAddresses(await resolveHost(url, options, signal), url, redirects, options.privateNetworks);
  const response = await requestFrom(url, addresses, signal).catch((error) => refuseConnection(url, error));
  try {
    const target = redirectTarget(response);
    if (target === undefined) return await readBody(response, options.maxBytes ?? MAX_METADATA_BYTES);
    if (redirects === MAX_REDIRECTS)
      refuse('too_many_redirects', `The URL redirects more than ${MAX_REDIRECTS} times. Enter the final URL.`);
    return await follow(readRedirect(target, url, options), redirects + 1, options, signal);
  } finally {
    response.destroy();
  }
}

function readUrl(text: string, options: FetchOptions, base?: URL): URL {
  const url = text.length <= MAX_URL ? URL.parse(text.trim(), base) : null;
  if (url === null)
    return refuse('not_a_url', `${quote(text)} is not a URL. Enter one such as https://idp.example.com/metadata`);
  const isAllowed = url.protocol === 'https:' || (url.protocol === 'http:' && options.privateNetworks === 'allow');
  if (!isAllowed)
    refuse(
      'unsupported_scheme',
      `Metadata is only fetched over https, not ${url.protocol.replace(':', '')}. Enter an https URL, or ${UPLOAD}.`,
    );
  if (url.username !== '' || url.password !== '')
    refuse('not_a_url', `The URL contains a user name or password. Instead, ${UPLOAD}.`);
  return url;
}

function readRedirect(target: string, from: URL, options: FetchOptions): URL {
  if (from.protocol === 'https:' && URL.parse(target, from)?.protocol === 'http:')
    refuse('insecure_redirect', 'The URL redirects from https to http. Enter the https URL of the metadata.');
  return readUrl(target, options, from);
}

async function resolveHost(url: URL, options: FetchOptions, signal: AbortSignal): Promise<string[]> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (addressFamily(host)) return [host];
  const lookup = options.lookup ?? resolveAll;
  signal.throwIfAborted();
  const aborted = once(signal, 'abort').then(() => Promise.reject(signal.reason));
  return Promise.race([lookup(host), aborted]).catch((error) => refuseConnection(url, error));
}

async function resolveAll(host: string): Promise<string[]> {
  return (await resolve(host, { all: true })).map(({ address }) => address);
}

/** Refuses a name if any of its addresses is private: it is not up to us which one the connection uses. */
function checkAddresses(found: string[], url: URL, redirects: number, privateNetworks: PrivateNetworks): string[] {
  const permitted = found.flatMap((address) => fetchableAddress(address, privateNetworks) ?? []);
  if (found.length === 0) return refuseConnection(url, new Error('no address'));
  if (permitted.length === found.length) return permitted;
  if (redirects > 0)
    refuse('redirect_to_private_address', 'The URL redirects to a private network. Enter the final URL.');
  const operator = privateNetworks === 'deny' ? ', or ask the operator to set METADATA_PRIVATE_NETWORKS=allow' : '';
  return refuse(
    'private_address',
    `${quote(url.hostname)} is in a private network, where Anteroom does not fetch metadata. Instead, ${UPLOAD}${operator}.`,
  );
}

// Connects to the checked addresses, even if the name resolves to others by now. Follows no redirect and uses no proxy.
function requestFrom(url: URL, addresses: readonly string[], signal: AbortSignal): Promise<IncomingMessage> {
  const { request } = url.protocol === 'https:' ? https : http;
  return new Promise((resolve, reject) => {
    request(url, { agent: false, headers: HEADERS, lookup: lookupOf(addresses), signal })
      .on('response', resolve)
      .on('error', reject)
      .on('close', () => reject(new Error('closed without a response')))
      .end();
  });
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

function redirectTarget({ statusCode, headers }: IncomingMessage): string | undefined {
  return [301, 302, 303, 307, 308].includes(statusCode ?? 0) ? headers.location : undefined;
}

async function readBody(response: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  checkHead(response);
  const chunks: Buffer[] = [];
  let size = 0;
  if (Number(response.headers['content-length'] ?? 0) > maxBytes) refuseSize(maxBytes);
  for await (const chunk of chunksOf(response)) {
    size += chunk.length;
    if (size > maxBytes) refuseSize(maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function* chunksOf(response: IncomingMessage): AsyncGenerator<Buffer> {
  try {
    yield* response;
  } catch {
    refuse('connection_failed', `The connection broke before the metadata was complete. Try again, or ${UPLOAD}.`);
  }
}

function checkHead({ statusCode, headers }: IncomingMessage): void {
  if (statusCode === 404)
    refuse('not_found', 'There is no metadata at this URL (404). Copy it from the provider again.');
  if (statusCode !== 200)
    refuse('http_status', `The server responded with status ${statusCode}. Open the URL in a browser, or ${UPLOAD}.`);
  if ((headers['content-encoding'] ?? 'identity') !== 'identity')
    refuse('compressed', `The server sent a compressed response although it was not asked to. Instead, ${UPLOAD}.`);
}

function refuseSize(maxBytes: number): never {
  return refuse(
    'too_large',
    `The document at this URL is larger than ${maxBytes / 1_000_000} MB. The metadata of one provider is much smaller: check the URL.`,
  );
}

/** Says what failed: only a Power User sees it, for a URL they entered, and it contains nothing of the response. */
function refuseConnection(url: URL, error: unknown): never {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (
    /^(ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG)|EPROTO)$/.test(code) &&
    /wrong version|packet length/.test(String(error))
  )
    refuse('tls_failed', `${quote(url.host)} does not speak https at this port. Correct the port, or ${UPLOAD}.`);
  if (/^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|HOSTNAME_MISMATCH|EPROTO)/.test(code))
    refuse(
      'tls_failed',
      `${quote(url.host)} has no valid https certificate (${code}). Have it corrected, or ${UPLOAD}.`,
    );
  const causes: Record<string, string> = {
    ENOTFOUND: 'the name does not exist',
    EAI_AGAIN: 'the name could not be resolved',
    ECONNREFUSED: 'the connection was refused',
  };
  const cause = causes[code] ?? 'the connection failed';
  return refuse('connection_failed', `${quote(url.host)} cannot be reached: ${cause}. Check the URL, or ${UPLOAD}.`);
}
