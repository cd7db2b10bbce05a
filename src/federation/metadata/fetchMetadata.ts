import { lookup as resolve } from 'node:dns/promises';
import type { IncomingMessage } from 'node:http';
import { addressFamily, fetchableAddress, type PrivateNetworks } from '../../network.ts';
import { type MetadataError, quote, refusalIn, refuse } from './metadataError.ts';
import { MAX_METADATA_BYTES } from './metadataText.ts';
import { requestFrom } from './pinnedRequest.ts';

export type FetchOptions = {
  privateNetworks: PrivateNetworks;
  timeoutMs?: number; // for all of it, redirects included; 10 s by default
  maxBytes?: number;
  lookup?: (host: string) => Promise<string[]>; // all addresses of a name; the operating system's by default
};

export type FetchResult = { ok: true; body: Uint8Array; finalUrl: string } | { ok: false; error: MetadataError };

const MAX_REDIRECTS = 3;
const MAX_URL = 2_048;

/**
 * Gets metadata from an address that a person typed, without letting it reach what only this server can reach: a name is resolved once,
 * all its addresses are judged, and the connection goes to one of those; every redirect is judged in the same way.
 * @param url http (where private networks are allowed) or https
 */
export async function fetchMetadata(url: string, options: FetchOptions): Promise<FetchResult> {
  const timeoutMs = options.timeoutMs ?? 10_000;
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    return { ok: true, ...(await follow(readAddress(url, options), 0, options, signal)) };
  } catch (caught) {
    if (!signal.aborted) return { ok: false, error: refusalIn(caught) };
    const message = `The address did not answer completely within ${timeoutMs / 1000} seconds. Try again, or download the metadata and upload it.`;
    return { ok: false, error: { code: 'timeout', message } };
  }
}

async function follow(
  url: URL,
  redirects: number,
  options: FetchOptions,
  signal: AbortSignal,
): Promise<{ body: Uint8Array; finalUrl: string }> {
  const addresses = judgeAddresses(await addressesOf(url, options, signal), url, redirects, options.privateNetworks);
  const response = await requestFrom(url, addresses, signal).catch((error) => refuseConnection(url, error));
  try {
    const target = redirectTarget(response);
    if (target === undefined)
      return { body: await readBody(response, options.maxBytes ?? MAX_METADATA_BYTES), finalUrl: url.href };
    if (redirects === MAX_REDIRECTS)
      refuse(
        'too_many_redirects',
        `The address redirects more than ${MAX_REDIRECTS} times. Give the address where the metadata is.`,
      );
    return await follow(readRedirect(target, url, options), redirects + 1, options, signal);
  } finally {
    response.destroy();
  }
}

function readAddress(text: string, options: FetchOptions, base?: URL): URL {
  const url = text.length <= MAX_URL ? URL.parse(text.trim(), base) : null;
  if (url === null)
    return refuse(
      'not_a_url',
      `${quote(text)} is not a web address. It should look like https://idp.example.com/metadata.`,
    );
  const isAllowed = url.protocol === 'https:' || (url.protocol === 'http:' && options.privateNetworks === 'allow');
  if (!isAllowed)
    refuse(
      'unsupported_scheme',
      `Metadata is fetched by https only, not ${url.protocol.replace(':', '')}. Give an https address, or download the metadata and upload it.`,
    );
  if (url.username !== '' || url.password !== '')
    refuse('not_a_url', 'The address has a user name or password in it. Download the metadata and upload it instead.');
  return url;
}

function readRedirect(target: string, from: URL, options: FetchOptions): URL {
  const base = URL.parse(target, from);
  if (from.protocol === 'https:' && base?.protocol === 'http:') {
    refuse(
      'insecure_redirect',
      'The address redirects from https to http, where the metadata could be changed on the way. Give the https address of the metadata.',
    );
  }
  return readAddress(target, options, from);
}

async function addressesOf(url: URL, options: FetchOptions, signal: AbortSignal): Promise<string[]> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (addressFamily(host)) return [host];
  const lookup = options.lookup ?? resolveAll;
  return Promise.race([lookup(host), rejectOnAbort(signal)]).catch((error) => refuseConnection(url, error));
}

async function resolveAll(host: string): Promise<string[]> {
  return (await resolve(host, { all: true })).map(({ address }) => address);
}

function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

/** One bad address among good ones is enough to refuse: which one a connection would use is not ours to guess. */
function judgeAddresses(found: string[], url: URL, redirects: number, privateNetworks: PrivateNetworks): string[] {
  const permitted = found.flatMap((address) => fetchableAddress(address, privateNetworks) ?? []);
  if (found.length > 0 && permitted.length === found.length) return permitted;
  if (found.length === 0) return refuseConnection(url, new Error('no address'));
  if (redirects > 0) {
    refuse(
      'redirect_to_private_address',
      'The address redirects into a private network, where Anteroom does not follow. Give the address of the metadata itself.',
    );
  }
  return refuse(
    'private_address',
    `${quote(url.hostname)} is in a private network, from which Anteroom does not fetch. Download the metadata and upload it` +
      `${privateNetworks === 'deny' ? ', or have the operator set METADATA_PRIVATE_NETWORKS=allow' : ''}.`,
  );
}

function redirectTarget({ statusCode, headers }: IncomingMessage): string | undefined {
  return [301, 302, 303, 307, 308].includes(statusCode ?? 0) ? headers.location : undefined;
}

async function readBody(response: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  checkAnswer(response);
  const chunks: Buffer[] = [];
  let size = 0;
  if (Number(response.headers['content-length'] ?? 0) > maxBytes) refuseSize(maxBytes);
  for await (const chunk of arriving(response)) {
    size += chunk.length;
    if (size > maxBytes) refuseSize(maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function* arriving(response: IncomingMessage): AsyncGenerator<Buffer> {
  try {
    yield* response;
  } catch {
    refuse(
      'connection_failed',
      'The connection broke before the whole metadata had come. Try again, or download the metadata and upload it.',
    );
  }
}

function checkAnswer({ statusCode, headers }: IncomingMessage): void {
  if (statusCode === 404)
    refuse('not_found', 'There is nothing at this address (404). Copy the metadata address from the provider again.');
  if (statusCode !== 200) {
    refuse(
      'http_status',
      `The address answered with status ${statusCode} instead of the metadata. Open it in a browser to see why, or download the metadata and upload it.`,
    );
  }
  if ((headers['content-encoding'] ?? 'identity') !== 'identity') {
    refuse(
      'compressed',
      'The address answers in compressed form although it was not asked to. Download the metadata and upload it.',
    );
  }
}

function refuseSize(maxBytes: number): never {
  return refuse(
    'too_large',
    `What stands at this address is larger than ${maxBytes / 1_000_000} MB. Metadata of one provider is much smaller: check the address.`,
  );
}

/** Which step failed and how is for a Power User to know: it is their own address, and no answer's content is in it. */
function refuseConnection(url: URL, error: unknown): never {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (/^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|HOSTNAME_MISMATCH|EPROTO)/.test(code)) {
    refuse(
      'tls_failed',
      `${quote(url.host)} has no trustworthy https certificate (${code}). Have it corrected, or download the metadata and upload it.`,
    );
  }
  const reason =
    code === 'ENOTFOUND' || code === 'EAI_AGAIN'
      ? 'the name is not known'
      : code === 'ECONNREFUSED'
        ? 'nothing listens there'
        : 'the connection failed';
  return refuse(
    'connection_failed',
    `${quote(url.host)} cannot be reached: ${reason}. Check the address, or download the metadata and upload it.`,
  );
}
