import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import tls from 'node:tls';
import { generate } from 'selfsigned';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { whenDone } from '../../support/cleanup.ts';
import keyPairs from '../../support/keyPairs.json' with { type: 'json' };

/** A mail as it arrived. */
export type ReceivedMail = { from: string; to: string[]; user: string | undefined; secure: boolean; raw: string };

export type MailServer = { port: number; mails: ReceivedMail[] };

const password = 'mail password';

/** Starts a real SMTP server on this machine. It accepts the user `anteroom` with `mail password` and, without `auth`, everyone. */
export async function startMailServer(options: SMTPServerOptions & { auth?: boolean } = {}): Promise<MailServer> {
  const { auth, ...others } = options;
  const mails: ReceivedMail[] = [];
  const server = new SMTPServer({
    authOptional: !auth,
    disabledCommands: auth ? [] : ['AUTH'],
    disableReverseLookup: true,
    closeTimeout: 0,
    onAuth: (given, _session, done) =>
      given.username === 'anteroom' && given.password === password
        ? done(null, { user: given.username })
        : done(new Error('Authentication credentials invalid')),
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        mails.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          user: session.user as string | undefined,
          secure: session.secure,
          raw: Buffer.concat(chunks).toString(),
        });
        done();
      });
    },
    ...others,
  });
  server.on('error', () => {}); // of clients that leave
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  whenDone(() => new Promise<void>((resolve) => server.close(() => resolve())));
  return { port: (server.server.address() as AddressInfo).port, mails };
}

/** Starts something that is no mail server: what it does with a connection is up to the test. */
export async function startOther(handle: (socket: Socket) => void): Promise<{ port: number }> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    handle(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  whenDone(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port };
}

/** Returns a key and a certificate for localhost. @param trusted whether this process trusts it until the test is over */
export async function mailCertificate({ trusted }: { trusted: boolean }): Promise<{ key: string; cert: string }> {
  const [keyPair] = keyPairs;
  if (!keyPair) throw new Error('keyPairs.json is empty');
  const { cert } = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyPair,
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] },
    ],
  });
  if (trusted) {
    const before = tls.getCACertificates('default');
    tls.setDefaultCACertificates([...before, cert]);
    whenDone(() => tls.setDefaultCACertificates(before));
  }
  return { key: keyPair.privateKey, cert };
}
