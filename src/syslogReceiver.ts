import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { bareHost } from './network.ts';

/** Where audit entries are sent by syslog. `ca` and `identity` are the contents of PEM files, for tls only. */
export type SyslogReceiver = Readonly<{
  url: string; // as it is shown: tls://siem.acme.com:6514
  protocol: 'tls' | 'tcp' | 'udp';
  host: string; // a name or an address, without brackets
  port: number;
  facility: number;
  ca: string | undefined; // the only authorities that the certificate may be from; undefined: those of the system
  identity: string | undefined; // our certificate with its private key, if the receiver asks for one
}>;

/** The port of a URL without one: RFC 5425 4.1, RFC 6587 3.2 has none of its own and says 601 is registered, RFC 5426 3.3. */
const defaultPorts = { tls: 6514, tcp: 601, udp: 514 } as const;

/** Facilities that fit, by their usual names (RFC 5424 6.2.1). */
export const facilities = {
  user: 1,
  daemon: 3,
  auth: 4,
  authpriv: 10,
  audit: 13,
  local0: 16,
  local1: 17,
  local2: 18,
  local3: 19,
  local4: 20,
  local5: 21,
  local6: 22,
  local7: 23,
} as const;

/** Reads the URL of a receiver, or returns undefined if it is none. It is only a protocol, a host and perhaps a port. */
export function parseSyslogUrl(text: string): Pick<SyslogReceiver, 'url' | 'protocol' | 'host' | 'port'> | undefined {
  const protocol = /^(tls|tcp|udp):\/\//i.exec(text)?.[1]?.toLowerCase() as keyof typeof defaultPorts | undefined;
  // http, because the rules for hosts of other schemes are loose
  const url = protocol && URL.parse(text.replace(/^\w+/, 'http'));
  if (!url || url.username || url.password || url.search || url.hash || url.pathname !== '/') return undefined;
  const port = Number(/:(\d+)\/?$/.exec(text)?.[1] ?? defaultPorts[protocol]);
  if (port === 0) return undefined;
  return { url: `${protocol}://${url.hostname}:${port}`, protocol, host: bareHost(url), port };
}

/** Returns the authorities in a PEM file. @throws Error whose message continues a sentence that starts with the name of the file */
export function readAuthorities(file: string): string {
  const pem = textOf(file);
  try {
    new X509Certificate(pem);
  } catch {
    throw new Error('has no certificate in PEM');
  }
  return pem;
}

/** Returns our certificate with its private key from a PEM file. @throws Error as readAuthorities does */
export function readIdentity(file: string): string {
  const pem = textOf(file);
  try {
    createSecureContext({ cert: pem, key: pem });
  } catch {
    throw new Error('must have a certificate and its private key in PEM, without a passphrase');
  }
  return pem;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  }
}
