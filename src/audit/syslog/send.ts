import dgram from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import net, { type Socket } from 'node:net';
import { finished } from 'node:stream/promises';
import { setTimeout } from 'node:timers/promises';
import tls from 'node:tls';
import { connectionFault } from '../../guardedRequest.ts';
import { addressFamily } from '../../network.ts';
import type { SyslogReceiver } from '../../syslogReceiver.ts';

/** For how long a connection must stay open before it counts as one that is read: proxies accept it before they know whether they can. */
const SETTLE_MS = 250;

class ClosedEarly extends Error {}

/**
 * Sends messages to a receiver, in their order. By TLS (RFC 5425) and TCP (RFC 6587 3.4.1), settles once the receiver has closed the
 * connection after all messages: syslog has no other confirmation. UDP (RFC 5426) has none at all. Reads nothing of what comes back.
 * @throws the error of the connection (see sendingFault), or the reason of the signal
 */
export async function sendMessages(receiver: SyslogReceiver, messages: Buffer[], signal: AbortSignal): Promise<void> {
  if (receiver.protocol === 'udp') await sendDatagrams(receiver, messages, signal);
  else await sendStream(receiver, messages, signal);
}

/** Returns why messages could not be sent, in one sentence, with what to do if that is known. */
export function sendingFault(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError')
    return 'The receiver did not accept the messages in time. It may be overloaded, or a firewall may drop them.';
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (error instanceof ClosedEarly || /^(ECONNRESET|EPIPE|ERR_STREAM_PREMATURE_CLOSE)$/.test(code))
    return 'The receiver closed the connection before it had read the messages. Its own log may say why.';
  if (/ALERT/.test(code))
    return `The receiver refused the connection (${code}). If it asks for a certificate, set AUDIT_SYSLOG_CERTIFICATE.`;
  const fault = connectionFault(error);
  if (fault.kind === 'no_https') return 'The receiver does not speak TLS at this port.';
  if (fault.kind === 'certificate')
    return `The receiver has no valid certificate (${fault.code}). If it is from an authority of your own, set AUDIT_SYSLOG_CA.`;
  return `The receiver cannot be reached: ${fault.cause}.`;
}

async function sendStream(receiver: SyslogReceiver, messages: Buffer[], signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const socket = connect(receiver);
  const stop = () => socket.destroy(signal.reason);
  signal.addEventListener('abort', stop);
  const closed = finished(socket);
  closed.catch(() => {}); // it may fail before it is awaited
  try {
    await once(socket, receiver.protocol === 'tls' ? 'secureConnect' : 'connect');
    socket.resume();
    await Promise.race([written(socket, Buffer.concat(messages.map(framed))), closed]);
    await Promise.race([setTimeout(SETTLE_MS), closed]);
    if (socket.readableEnded) throw new ClosedEarly();
    socket.end();
    await closed;
  } finally {
    signal.removeEventListener('abort', stop);
    socket.destroy();
  }
}

function connect({ protocol, host, port, ca, identity }: SyslogReceiver): Socket {
  if (protocol === 'tcp') return net.connect({ host, port });
  const servername = addressFamily(host) ? {} : { servername: host };
  const trust = { ...(ca && { ca }), ...(identity && { cert: identity, key: identity }) };
  return tls.connect({ host, port, ...servername, ...trust, minVersion: 'TLSv1.2', rejectUnauthorized: true });
}

/** Counts the octets of a message in front of it: no content can begin another message (RFC 6587 3.4.1). */
function framed(message: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${message.length} `), message]);
}

/** Settles once the operating system has accepted everything. */
function written(socket: Socket, content: Buffer): Promise<void> {
  return new Promise((resolve, reject) => socket.write(content, (error) => (error ? reject(error) : resolve())));
}

async function sendDatagrams({ host, port }: SyslogReceiver, messages: Buffer[], signal: AbortSignal): Promise<void> {
  const stopped = rejectedBy(signal);
  const { address, family } = await Promise.race([lookup(host), stopped]);
  const socket = dgram.createSocket(family === 6 ? 'udp6' : 'udp4');
  const refused = new Promise<never>((_, reject) => socket.once('error', reject)); // by a machine without a receiver at the port
  const failed = Promise.race([stopped, refused]);
  failed.catch(() => {}); // it may fail before it is awaited
  try {
    socket.connect(port, address);
    await Promise.race([once(socket, 'connect'), failed]);
    for (const message of messages) await Promise.race([sent(socket, message), failed]);
    await Promise.race([setTimeout(SETTLE_MS), failed]);
  } finally {
    socket.close();
  }
}

function sent(socket: dgram.Socket, message: Buffer): Promise<void> {
  return new Promise((resolve, reject) => socket.send(message, (error) => (error ? reject(error) : resolve())));
}

function rejectedBy(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
