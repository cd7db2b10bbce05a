import type { IncomingMessage } from 'node:http';
import { connectionFault, type Guard, PrivateAddress, permittedAddresses, requestFrom } from '../../guardedRequest.ts';
import type { PrivateNetworks } from '../../network.ts';
import { type Collection, type CollectionOptions, MAX_COLLECTION_BYTES, readCollection } from './collection.ts';
import { MAX_METADATA_BYTES } from './document.ts';
import { type MetadataError, quote, refusalIn, refuse } from './refusal.ts';

export type FetchOptions = Guard & {
  timeoutMs?: number; // for everything, including redirects; 10 s by default
  known?: Validators; // of the version that is known: it is not sent again
  collection?: CollectionOptions; // read a document past MAX_METADATA_BYTES as a collection; without this it is refused
};

/** What a server says about a version of a document (RFC 9110 8.8). */
export type Validators = { etag: string | null; lastModified: string | null };

/** `unchanged`: without a body. `collection`: what was read of a long document, which is not kept as a body. */
export type Fetched = { body: Uint8Array; unchanged: boolean; validators: Validators; collection?: Collection };
export type FetchResult = ({ ok: true } & Fetched) | { ok: false; error: MetadataError };

const MAX_REDIRECTS = 3;
const MAX_URL = 2_048;
const COLLECTION_TIMEOUT_MS = 120_000;
const MAX_VALIDATOR = 200;
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
  const deadline = startDeadline(options.timeoutMs ?? 10_000);
  try {
    return { ok: true, ...(await follow(readUrl(url, options), 0, options, deadline)) };
  } catch (caught) {
    if (!deadline.signal.aborted) return { ok: false, error: refusalIn(caught) };
    const message = `The server did not respond completely within ${deadline.ms / 1000} seconds. Try again, or ${UPLOAD}.`;
    return { ok: false, error: { code: 'timeout', message } };
  } finally {
    deadline.set(0);
  }
}

/** A time limit that can be set again: a long document may take longer, once it is clear that it is one. 0 is none. */
type Deadline = { signal: AbortSignal; ms: number; set(ms: number): void };

function startDeadline(ms: number): Deadline {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const deadline: Deadline = {
    signal: controller.signal,
    ms,
    set(next) {
      clearTimeout(timer);
      if (next === 0) return;
      deadline.ms = next;
      timer = setTimeout(() => controller.abort(), next);
    },
  };
  deadline.set(ms);
  return deadline;
}

/** Returns an entered URL with https:// in front if it begins with a host, such as idp.example.com/metadata or localhost:3001. */
export function withScheme(entered: string): string {
  const text = entered.trim();
  return /^(localhost|[\w-]+(\.[\w-]+)+|[\w-]+(?=:\d))(:\d+)?([/?#]|$)/.test(text) ? `https://${text}` : text;
}

async function follow(url: URL, redirects: number, options: FetchOptions, deadline: Deadline): Promise<Fetched> {
  const { signal } = deadline;
  const addresses = await permittedAddresses(url, options, signal).catch((error) =>
    error instanceof PrivateAddress
      ? refusePrivate(url, redirects, options.privateNetworks)
      : refuseConnection(url, error),
  );
  const headers = { ...HEADERS, ...conditions(options.known) };
  const response = await requestFrom(url, addresses, { headers, signal }).catch((error) =>
    refuseConnection(url, error),
  );
  try {
    const target = redirectTarget(response);
    if (target === undefined) return await readResponse(response, options, deadline);
    if (redirects === MAX_REDIRECTS)
      refuse('too_many_redirects', `The URL redirects more than ${MAX_REDIRECTS} times. Enter the final URL.`);
    return await follow(readRedirect(target, url, options), redirects + 1, options, deadline);
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

function refusePrivate(url: URL, redirects: number, privateNetworks: PrivateNetworks): never {
  if (redirects > 0)
    refuse('redirect_to_private_address', 'The URL redirects to a private network. Enter the final URL.');
  const operator = privateNetworks === 'deny' ? ', or ask the operator to set METADATA_PRIVATE_NETWORKS=allow' : '';
  return refuse(
    'private_address',
    `${quote(url.hostname)} is in a private network, where Anteroom does not fetch metadata. Instead, ${UPLOAD}${operator}.`,
  );
}

function conditions(known: Validators | undefined): Record<string, string> {
  return {
    ...(known?.etag ? { 'if-none-match': known.etag } : {}),
    ...(known?.lastModified ? { 'if-modified-since': known.lastModified } : {}),
  };
}

function redirectTarget({ statusCode, headers }: IncomingMessage): string | undefined {
  return [301, 302, 303, 307, 308].includes(statusCode ?? 0) ? headers.location : undefined;
}

async function readResponse(
  response: IncomingMessage,
  { known, collection }: FetchOptions,
  deadline: Deadline,
): Promise<Fetched> {
  const unchanged = response.statusCode === 304 && Object.keys(conditions(known)).length > 0;
  const readLong = (source: AsyncIterable<Buffer>) => {
    if (collection === undefined) return refuseSize();
    deadline.set(COLLECTION_TIMEOUT_MS);
    return readCollection(source, collection);
  };
  if (!unchanged) checkHead(response);
  const announced = Number(response.headers['content-length'] ?? 0);
  if (announced > (collection ? MAX_COLLECTION_BYTES : MAX_METADATA_BYTES)) refuseSize();
  const body = unchanged ? new Uint8Array() : await readBody(response, readLong);
  const { etag, 'last-modified': lastModified } = response.headers;
  const validators = { etag: short(etag), lastModified: short(lastModified) };
  if (body instanceof Uint8Array) return { body, unchanged, validators };
  return { body: new Uint8Array(), unchanged, validators, collection: body };
}

function short(header: string | undefined): string | null {
  return header !== undefined && header.length <= MAX_VALIDATOR ? header : null;
}

/** Returns the body or, if it is longer than the metadata of one provider, what `readLong` reads of it as it comes. */
async function readBody<Long>(
  response: IncomingMessage,
  readLong: (source: AsyncIterable<Buffer>) => Long | Promise<Long>,
): Promise<Uint8Array | Long> {
  const chunks: Buffer[] = [];
  let size = 0;
  const source = chunksOf(response);
  for (let next = await source.next(); !next.done; next = await source.next()) {
    size += next.value.length;
    chunks.push(next.value);
    if (size > MAX_METADATA_BYTES) return readLong(joined(chunks, source));
  }
  return Buffer.concat(chunks);
}

async function* joined(first: Buffer[], rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield* first;
  yield* rest;
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
    refuse(
      'not_found',
      'There is no metadata at this URL (404). Copy it from the provider again. At an MDQ server, check the EntityID.',
    );
  if (statusCode !== 200)
    refuse('http_status', `The server responded with status ${statusCode}. Open the URL in a browser, or ${UPLOAD}.`);
  if ((headers['content-encoding'] ?? 'identity') !== 'identity')
    refuse('compressed', `The server sent a compressed response although it was not asked to. Instead, ${UPLOAD}.`);
}

function refuseSize(): never {
  return refuse(
    'too_large',
    'The document at this URL is larger than 1 MB. The metadata of one provider is much smaller: check the URL.',
  );
}

function refuseConnection(url: URL, error: unknown): never {
  const fault = connectionFault(error);
  if (fault.kind === 'no_https')
    refuse('tls_failed', `${quote(url.host)} does not speak https at this port. Correct the port, or ${UPLOAD}.`);
  if (fault.kind === 'certificate')
    refuse(
      'tls_failed',
      `${quote(url.host)} has no valid https certificate (${fault.code}). Have it corrected, or ${UPLOAD}.`,
    );
  return refuse(
    'connection_failed',
    `${quote(url.host)} cannot be reached: ${fault.cause}. Check the URL, or ${UPLOAD}.`,
  );
}
