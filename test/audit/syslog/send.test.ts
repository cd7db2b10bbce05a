import type { Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { expect } from 'chai';
import { sendingFault, sendMessages } from '../../../src/audit/syslog/send.ts';
import type { SyslogReceiver } from '../../../src/syslogReceiver.ts';
import { certificateFor, receiverAt, startTcp, startTls, startUdp } from './support/receivers.ts';

describe('audit/syslog/send', () => {
  const texts = ['one', 'two\nlines', 'drei ü', '4 four'];
  const messages = texts.map((text) => Buffer.from(text));
  const many = Array.from({ length: 100 }, (_, index) => Buffer.alloc(8_000, String(index)));

  it('counts the octets of each message by TCP, so that none is split or joined, and waits until all are read', async () => {
    const running = await startTcp();
    await sent(receiverAt(running.url));
    expect(running.messages.map(String)).to.deep.equal(texts);
    expect(running.connections).to.equal(1);
  });

  it('sends by TLS to a receiver whose certificate is from the given authority', async () => {
    const { cert, key } = await certificateFor('localhost');
    const running = await startTls({ cert, key });
    await sent(receiverAt(running.url, { ca: cert }));
    expect(running.messages.map(String)).to.deep.equal(texts);
  });

  it('sends nothing by TLS without a valid certificate', async () => {
    const { cert, key } = await certificateFor('localhost');
    const running = await startTls({ cert, key });
    expect(await faultOf(receiverAt(running.url))).to.match(
      /^The receiver has no valid certificate \(.*set AUDIT_SYSLOG_CA\.$/,
    );
    const other = await certificateFor('siem.acme.com');
    const elsewhere = await startTls(other);
    expect(await faultOf(receiverAt(elsewhere.url, { ca: other.cert }))).to.include('ERR_TLS_CERT_ALTNAME_INVALID');
    expect(running.messages.concat(elsewhere.messages)).to.deep.equal([]);
  });

  it('shows a certificate of its own to a receiver that asks for one', async () => {
    const { cert, key } = await certificateFor('localhost');
    const running = await startTls({ cert, key, ca: cert, requestCert: true, rejectUnauthorized: true });
    expect(await faultOf(receiverAt(running.url, { ca: cert }))).to.match(
      /^The receiver refused the connection \(.*set AUDIT_SYSLOG_CERTIFICATE\.$/,
    );
    await sent(receiverAt(running.url, { ca: cert, identity: `${cert}\n${key}` }));
    expect(running.messages.map(String)).to.deep.equal(texts);
  });

  it('says if the receiver speaks no TLS, does not listen, or does not exist', async () => {
    const running = await startTcp((socket) => socket.removeAllListeners('data').end('220 mail server\r\n'));
    expect(await faultOf(receiverAt(running.url.replace('tcp', 'tls')))).to.equal(
      'The receiver does not speak TLS at this port.',
    );
    for (const protocol of ['tls', 'tcp', 'udp'])
      expect(await faultOf(receiverAt(`${protocol}://127.0.0.1:9`)), protocol).to.equal(
        'The receiver cannot be reached: the connection was refused.',
      );
    for (const protocol of ['tls', 'tcp', 'udp'])
      expect(await faultOf(receiverAt(`${protocol}://siem.invalid`)), protocol).to.match(/cannot be reached: the name/);
  });

  it('does not take a connection that was accepted for one that is read', async () => {
    const early: ((socket: Socket) => void)[] = [
      (socket) => socket.end(), // as a proxy without a server behind it
      (socket) => socket.destroy(),
      (socket) => socket.pause().resetAndDestroy(),
    ];
    for (const leave of early) {
      const running = await startTcp(leave);
      expect(await faultOf(receiverAt(running.url))).to.equal(
        'The receiver closed the connection before it had read the messages. Its own log may say why.',
      );
    }
    const halfway = await startTcp((socket) => socket.on('data', () => socket.destroy()));
    expect(await faultOf(receiverAt(halfway.url), many)).to.match(/closed the connection/);
    const unconfirmed = await startTcp((socket) => socket.on('end', () => socket.resetAndDestroy()));
    expect(await faultOf(receiverAt(unconfirmed.url))).to.match(/closed the connection/);
  });

  it('waits for a slow receiver, but not longer than it may', async () => {
    const slow = await startTcp((socket) => {
      socket.on('data', () => {
        socket.pause();
        void setImmediate().then(() => socket.resume());
      });
    });
    await sendMessages(receiverAt(slow.url), many, AbortSignal.timeout(60_000));
    expect(slow.messages).to.deep.equal(many);
    const controller = new AbortController();
    const stuck = await startTcp((socket) => {
      socket.pause();
      controller.abort(new DOMException('', 'TimeoutError'));
    });
    const fault = await sendMessages(receiverAt(stuck.url), many, controller.signal).catch(sendingFault);
    expect(fault).to.match(/^The receiver did not accept the messages in time\./);
  });

  it('reads nothing of what a receiver sends back', async () => {
    const talking = await startTcp((socket) => socket.write('x'.repeat(100_000)));
    await sent(receiverAt(talking.url));
    expect(talking.messages.map(String)).to.deep.equal(texts);
  });

  it('sends each message as a datagram by UDP', async () => {
    const running = await startUdp();
    await sent(receiverAt(running.url));
    while (running.messages.length < texts.length) await setImmediate();
    expect(running.messages.map(String)).to.deep.equal(texts);
  });

  function sent(receiver: SyslogReceiver, content = messages): Promise<void> {
    return sendMessages(receiver, content, AbortSignal.timeout(60_000));
  }

  async function faultOf(receiver: SyslogReceiver, content = messages): Promise<string> {
    return sent(receiver, content).then(() => 'none', sendingFault);
  }
});
