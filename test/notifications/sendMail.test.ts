import { expect } from 'chai';
import { type Mail, type MailResult, sendMail } from '../../src/notifications/sendMail.ts';
import { initialNotifications, type NotificationSettings } from '../../src/notifications/settings.ts';
import { type TestDeps, testDeps, testStart } from '../support/testDeps.ts';
import { mailCertificate, startMailServer, startOther } from './support/mailServer.ts';

const mail: Mail = { to: ['it@acme.com', 'ops@acme.com'], subject: 'Okta’s certificate expires', text: 'Für alle.\n' };

describe('notifications/sendMail', () => {
  let deps: TestDeps;

  beforeEach(async () => {
    deps = await testDeps();
  });

  it('sends by STARTTLS with a user name and a password', async () => {
    const server = await startMailServer({ ...(await mailCertificate({ trusted: true })), auth: true });
    const passwordSealed = deps.secrets.seal('mail password');
    expect(await send(server.port, { user: 'anteroom', passwordSealed })).to.deep.equal({ ok: true, refused: [] });
    const [received] = server.mails;
    expect(received).to.include({ from: 'intranet@acme.com', user: 'anteroom', secure: true });
    expect(received?.to).to.deep.equal(mail.to);
    expect(received?.raw).to.match(/^From: Acme <intranet@acme\.com>\r$/m);
    expect(received?.raw).to.match(/^Auto-Submitted: auto-generated\r$/m);
    expect(received?.raw).to.contain(`Date: ${new Date(testStart).toUTCString().replace('GMT', '+0000')}`);
  });

  it('sends by TLS, and without TLS on the same machine', async () => {
    const secure = await startMailServer({ ...(await mailCertificate({ trusted: true })), secure: true });
    expect(await send(secure.port, { security: 'tls' })).to.include({ ok: true });
    const open = await startMailServer({ hideSTARTTLS: true });
    expect(await send(open.port, { security: 'none' })).to.include({ ok: true });
    expect([secure.mails[0]?.secure, open.mails[0]?.secure]).to.deep.equal([true, false]);
  });

  it('cannot be made to write another header or recipient by a name', async () => {
    const server = await startMailServer({ hideSTARTTLS: true });
    const name = 'Acme\r\nBcc: eve@evil.example';
    const subject = 'Okta\r\nBcc: eve@evil.example\u2028\n\nText';
    await send(server.port, { security: 'none' }, { mail: { ...mail, subject }, name });
    const [received] = server.mails;
    expect(received?.to).to.deep.equal(mail.to);
    const head = received?.raw.split('\r\n\r\n')[0] ?? '';
    expect(head).not.to.match(/^Bcc:/im);
    expect(head).to.match(/^Subject: Okta Bcc: eve@evil\.example Text$/m);
    expect(head).to.match(/^From: "Acme Bcc: eve@evil\.example" <intranet@acme\.com>$/m);
  });

  it('says which recipients were refused if others were accepted', async () => {
    const server = await startMailServer({
      hideSTARTTLS: true,
      onRcptTo: ({ address }, _session, done) => done(address.startsWith('ops') ? new Error('no such user') : null),
    });
    expect(await send(server.port, { security: 'none' })).to.deep.equal({ ok: true, refused: ['ops@acme.com'] });
  });

  describe('says what failed and what to do', () => {
    it('for a refused login', async () => {
      const server = await startMailServer({ ...(await mailCertificate({ trusted: true })), auth: true });
      const passwordSealed = deps.secrets.seal('wrong');
      expect(await send(server.port, { user: 'anteroom', passwordSealed })).to.deep.equal(
        failed(
          'localhost refused the user name or the password. Enter them again. Some services need a password for apps. It replied: 535 Authentication credentials invalid',
        ),
      );
      expect(await send(server.port, {})).to.deep.equal(
        failed(
          'localhost requires a user name and a password. Enter them. It replied: 530 Error: authentication Required',
        ),
      );
    });

    it('for a password that was encrypted with another secret key', async () => {
      const error = await errorOf(1, { user: 'anteroom', passwordSealed: 'AAAA' });
      expect(error).to.contain('The password cannot be decrypted').and.contain('Enter the password again.');
    });

    it('for a name that does not exist, one that cannot be resolved, and one that leads to the machine’s credentials', async () => {
      deps.webhooks.lookup = async () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' }));
      expect(await errorOf(587, { host: 'nowhere.acme.com' })).to.equal(
        'There is no server with the name nowhere.acme.com. Check the name.',
      );
      deps.webhooks.lookup = async () => Promise.reject(Object.assign(new Error('no'), { code: 'EAI_AGAIN' }));
      expect(await errorOf(587, { host: 'smtp.acme.com' })).to.contain('the name could not be resolved');
      deps.webhooks.lookup = async () => ['169.254.169.254'];
      expect(await errorOf(587, { host: 'smtp.acme.com' })).to.contain(
        'has an address that Anteroom never connects to',
      );
    });

    it('for a port where nothing listens', async () => {
      const { port } = await startOther(() => {});
      const closed = port === 1 ? 2 : 1;
      expect(await errorOf(closed, {})).to.equal(
        `localhost refuses connections at port ${closed}. The usual ports are 587 with STARTTLS and 465 with TLS.`,
      );
    });

    it('for a certificate that is not trusted, by STARTTLS and by TLS', async () => {
      const certificate = await mailCertificate({ trusted: false });
      for (const secure of [false, true]) {
        const server = await startMailServer({ ...certificate, secure });
        const error = await errorOf(server.port, { security: secure ? 'tls' : 'starttls' });
        expect(error).to.match(/^The certificate of localhost is not valid \(.*self-signed certificate/);
        expect(server.mails).to.deep.equal([]);
      }
    });

    it('for a server without STARTTLS, and for TLS at a port without it', async () => {
      const server = await startMailServer({ hideSTARTTLS: true, disabledCommands: ['STARTTLS', 'AUTH'] });
      expect(await errorOf(server.port, {})).to.contain(`localhost does not offer STARTTLS at port ${server.port}.`);
      expect(await errorOf(server.port, { security: 'tls' })).to.equal(
        `localhost does not speak TLS at port ${server.port}. Select STARTTLS, or another port.`,
      );
      expect(server.mails, 'nothing is sent without encryption').to.deep.equal([]);
    });

    it('for no encryption to another machine, also if the name says that it is this one', async () => {
      deps.webhooks.lookup = async () => ['10.0.0.1'];
      expect(await errorOf(25, { security: 'none' })).to.contain('is another machine');
    });

    it('for a sender, recipients or a mail that the server refuses', async () => {
      const refuse = (_address: unknown, _session: unknown, done: (error: Error) => void) =>
        done(new Error('not here'));
      const from = await startMailServer({ hideSTARTTLS: true, onMailFrom: refuse });
      expect(await errorOf(from.port, { security: 'none' })).to.contain('does not accept mails from this sender');
      const to = await startMailServer({ hideSTARTTLS: true, onRcptTo: refuse });
      expect(await errorOf(to.port, { security: 'none' })).to.match(/does not accept the recipients\..*550 not here/);
      const data = await startMailServer({
        hideSTARTTLS: true,
        onData: (stream, _session, done) => stream.resume().on('end', () => done(new Error('spam'))),
      });
      expect(await errorOf(data.port, { security: 'none' })).to.contain('refused the mail');
    });

    it('for a server that hangs, at the greeting or later, within its time', async () => {
      for (const handle of [
        () => {},
        (socket: NodeJS.WritableStream) => void socket.write('220 smtp.acme.com\r\n'),
        (socket: NodeJS.WritableStream) => void socket.write('220-still\r\n'),
      ]) {
        const { port } = await startOther(handle);
        const error = await errorOf(port, { security: 'none' }, { timeoutMs: 50 });
        expect(error).to.contain(`localhost did not respond in time at port ${port}`);
      }
    });

    it('for a program that is no mail server, without a word of what it says', async () => {
      const rubbish = await startOther((socket) => socket.end('SSH-2.0-OpenSSH_9.6 hidden\r\n'));
      const endless = await startOther((socket) => socket.write('x'.repeat(200_000)));
      for (const { port } of [rubbish, endless])
        expect(await errorOf(port, { security: 'none' })).to.equal(
          `What listens at port ${port} of localhost does not respond like a mail server. Check the port.`,
        );
    });
  });

  it('stops with the server, without a result', async () => {
    const { port } = await startOther(() => {});
    const sent = send(port, { security: 'none' }).then(
      () => 'a result',
      (error: Error) => error.name,
    );
    deps.background.stop();
    expect(await sent).to.equal('AbortError');
  });

  type Options = { mail?: Mail; name?: string; timeoutMs?: number };

  function send(port: number, settings: Partial<NotificationSettings>, options: Options = {}): Promise<MailResult> {
    const { mail: sent = mail, name = 'Acme', ...others } = options;
    const all = { ...initialNotifications, host: 'localhost', from: 'intranet@acme.com', port, ...settings };
    return sendMail(deps, all, sent, { name, ...others });
  }

  async function errorOf(port: number, settings: Partial<NotificationSettings>, options?: Options): Promise<string> {
    const result = await send(port, settings, options);
    return result.ok ? 'It was sent.' : result.error;
  }

  function failed(error: string): MailResult {
    return { ok: false, error };
  }
});
