import dgram from 'node:dgram';
import { once } from 'node:events';
import net, { type AddressInfo, type Server, type Socket } from 'node:net';
import tls, { type TlsOptions } from 'node:tls';
import { generate } from 'selfsigned';
import { parseSyslogUrl, type SyslogReceiver } from '../../../../src/syslogReceiver.ts';
import { whenDone } from '../../../support/cleanup.ts';
import keyPairs from '../../../support/keyPairs.json' with { type: 'json' };
import { type Parsed, parseSyslog, readFrames } from './parse.ts';

/** A receiver of syslog that runs. `messages` are those that arrived completely; `connections` counts all. */
export type RunningReceiver = { url: string; messages: Buffer[]; parsed(): Parsed[]; connections: number };

/** What a test does with a connection in place of reading it. */
export type Handle = (socket: Socket, count: number) => void;

/** Returns what audit entries are sent to, as the configuration has it. */
export function receiverAt(url: string, options: Partial<SyslogReceiver> = {}): SyslogReceiver {
  const parsed = parseSyslogUrl(url);
  if (!parsed) throw new Error(url);
  return { ...parsed, facility: 10, ca: undefined, identity: undefined, ...options };
}

/** Starts a receiver by TCP, which reads everything unless the test handles a connection. */
export function startTcp(handle?: Handle): Promise<RunningReceiver> {
  return startStream('tcp', net.createServer(), 'connection', handle);
}

/** Starts a receiver by TLS, as startTcp does. */
export function startTls(options: TlsOptions, handle?: Handle): Promise<RunningReceiver> {
  return startStream('tls', tls.createServer(options), 'secureConnection', handle);
}

/** Returns a certificate for a name, which is its own authority, with its key, in PEM. */
export async function certificateFor(name: string): Promise<{ cert: string; key: string }> {
  const [keyPair] = keyPairs;
  if (!keyPair) throw new Error('keyPairs.json is empty');
  const { cert } = await generate([{ name: 'commonName', value: name }], {
    keyPair,
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'subjectAltName', altNames: [{ type: 2, value: name }] },
    ],
  });
  return { cert, key: keyPair.privateKey };
}

/** Starts a receiver by UDP. */
export async function startUdp(): Promise<RunningReceiver> {
  const socket = dgram.createSocket('udp4');
  const running = runningAt('');
  socket.on('message', (message) => running.messages.push(message));
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  whenDone(() => new Promise<void>((resolve) => socket.close(resolve)));
  running.url = `udp://127.0.0.1:${socket.address().port}`;
  return running;
}

async function startStream(
  scheme: string,
  server: Server,
  event: string,
  handle: Handle = () => {},
): Promise<RunningReceiver> {
  const running = runningAt('');
  const sockets = new Set<Socket>();
  server.on('tlsClientError', () => {});
  server.on(event, (socket: Socket) => {
    sockets.add(socket);
    running.connections += 1;
    socket.on('error', () => {}); // of clients that leave
    let stream: Buffer = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      const { messages, rest } = readFrames(Buffer.concat([stream, chunk]));
      running.messages.push(...messages);
      stream = rest;
    });
    handle(socket, running.connections);
  });
  server.listen(0, 'localhost');
  await once(server, 'listening');
  whenDone(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  running.url = `${scheme}://localhost:${(server.address() as AddressInfo).port}`;
  return running;
}

function runningAt(url: string): RunningReceiver {
  const messages: Buffer[] = [];
  return { url, messages, parsed: () => messages.map(parseSyslog), connections: 0 };
}
