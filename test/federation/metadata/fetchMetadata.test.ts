import http, { type RequestListener, type Server } from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import tls from 'node:tls';
import { expect } from 'chai';
import { type FetchOptions, fetchMetadata, withScheme } from '../../../src/federation/metadata/fetchMetadata.ts';
import { readMetadata } from '../../../src/federation/metadata/readMetadata.ts';
import type { MetadataErrorCode } from '../../../src/federation/metadata/refusal.ts';
import { fixtureBytes, makeCertificate, NOW } from './fixtures.ts';

const INSIDE: FetchOptions = { privateNetworks: 'allow' };
const OUTSIDE: FetchOptions = { privateNetworks: 'deny' };

describe('federation/metadata/fetchMetadata', () => {
  const servers: Server[] = [];

  async function serve(listener: RequestListener, server: Server = http.createServer()): Promise<number> {
    servers.push(server);
    server.on('request', listener);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  }

  async function serveAt(listener: RequestListener): Promise<string> {
    return `http://127.0.0.1:${await serve(listener)}`;
  }

  function redirect(location: string | undefined, status = 302): Promise<string> {
    return serveAt((_request, response) =>
      response.writeHead(status, location === undefined ? {} : { location }).end(),
    );
  }

  async function expectRefusal(url: string, options: FetchOptions, code: MetadataErrorCode, sentence: RegExp) {
    const result = await fetchMetadata(url, options);
    expect(result.ok ? 'was fetched' : result.error.code).to.equal(code);
    expect(result.ok ? '' : result.error.message).to.match(sentence);
  }

  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.close();
      server.closeAllConnections();
    }
  });

  describe('a fetch', () => {
    it('returns the body of the URL unchanged', async () => {
      const url = await serveAt((request, response) =>
        response.end(request.url === '/metadata?app=1' ? fixtureBytes('entra') : ''),
      );
      const result = await fetchMetadata(`  ${url}/metadata?app=1 `, INSIDE);
      expect(result.ok && Buffer.from(result.body).equals(fixtureBytes('entra'))).to.equal(true);
    });

    it('sends no cookies, accepts no compression and uses a connection of its own', async () => {
      const seen: http.IncomingHttpHeaders[] = [];
      const url = await serveAt(({ headers }, response) => {
        seen.push(headers);
        response.end('x');
      });
      await fetchMetadata(url, INSIDE);
      expect(Object.keys(seen[0] ?? {}).sort()).to.deep.equal([
        'accept',
        'accept-encoding',
        'connection',
        'host',
        'user-agent',
      ]);
      expect(seen[0]).to.include({
        'accept-encoding': 'identity',
        connection: 'close',
        host: url.replace('http://', ''),
      });
    });

    it('returns a web page, which readMetadata refuses', async () => {
      const url = await serveAt((_request, response) => response.end('<!doctype html><title>Log in</title>'));
      const result = await fetchMetadata(url, INSIDE);
      const read = result.ok && readMetadata(result.body, { now: NOW });
      expect(read && !read.ok && read.error.code).to.equal('is_html');
    });
  });

  describe('a URL', () => {
    for (const text of [
      '',
      'metadata.xml',
      'idp.example.com/metadata',
      'https://',
      'https://a b',
      `https://a/${'x'.repeat(2_048)}`,
    ]) {
      it(`that is "${text.slice(0, 30)}" is not a URL`, () => expectRefusal(text, INSIDE, 'not_a_url', /is not a URL/));
    }

    for (const url of ['ftp://a.example/', 'file:///etc/passwd', 'javascript:alert(1)', 'data:text/xml,<a/>']) {
      it(`of the scheme in ${url} is refused`, () =>
        expectRefusal(url, INSIDE, 'unsupported_scheme', /only fetched over https, not (ftp|file|javascript|data)\./));
    }

    it('that is http is refused if private networks are', () =>
      expectRefusal('http://idp.example.com/', OUTSIDE, 'unsupported_scheme', /only fetched over https, not http\./));

    it('with a password is refused, and the password is not shown', async () => {
      for (const login of ['ada:secret', ':secret']) {
        const result = await fetchMetadata(`https://${login}@idp.example.com/`, OUTSIDE);
        expect(result.ok ? '' : result.error.code).to.equal('not_a_url');
        expect(result.ok ? '' : result.error.message)
          .to.match(/user name or password/)
          .and.not.to.match(/secret/);
      }
    });
  });

  describe('a private network', () => {
    const HOSTS = [
      '127.0.0.1',
      '127.1',
      '2130706433',
      '0x7f.1',
      '0177.0.0.1',
      '10.0.0.1',
      '0.0.0.0',
      '169.254.169.254',
      '100.64.0.1',
    ];
    const HOSTS_6 = ['[::1]', '[::]', '[::ffff:127.0.0.1]', '[fd00::1]', '[fe80::1]', '[64:ff9b::7f00:1]'];

    for (const host of [...HOSTS, ...HOSTS_6]) {
      it(`is not reached by ${host}`, () =>
        expectRefusal(
          `https://${host}/`,
          OUTSIDE,
          'private_address',
          /in a private network.*METADATA_PRIVATE_NETWORKS=allow/,
        ));
    }

    it('is not reached by a name', () =>
      expectRefusal('https://localhost/', OUTSIDE, 'private_address', /"localhost" is in a private network/));

    it('is not reached by a name with one private address', async () => {
      const lookup = async () => ['93.184.215.14', '10.0.0.1'];
      await expectRefusal('https://idp.example.com/', { ...OUTSIDE, lookup }, 'private_address', /private network/);
    });

    it('is reached if it is allowed, but link-local is not', () =>
      expectRefusal('http://169.254.169.254/latest/meta-data/', INSIDE, 'private_address', /private network/));
  });

  describe('a name whose addresses change', () => {
    it('is resolved once, and the connection goes to the address that was checked', async () => {
      const port = await serve((_request, response) => response.end('metadata'));
      const asked: string[] = [];
      const lookup = async (host: string) => {
        asked.push(host);
        return asked.length === 1 ? ['127.0.0.1'] : ['169.254.169.254'];
      };
      const result = await fetchMetadata(`http://rebinding.example:${port}/`, { ...INSIDE, lookup });
      expect(result.ok && Buffer.from(result.body).toString()).to.equal('metadata');
      expect(asked).to.deep.equal(['rebinding.example']);
    });

    it('is checked again after a redirect', async () => {
      const port = await serve((_request, response) => response.writeHead(302, { location: '/again' }).end());
      const answers = [['127.0.0.1'], ['169.254.169.254']];
      const lookup = async () => answers.shift() ?? [];
      const url = `http://rebinding.example:${port}/`;
      await expectRefusal(url, { ...INSIDE, lookup }, 'redirect_to_private_address', /redirects to a private network/);
      expect(answers).to.deep.equal([]);
    });
  });

  describe('redirects', () => {
    it('are followed three times, relative ones too', async () => {
      const url = await serveAt((request, response) => {
        const hop = Number(request.url?.slice(1));
        if (hop < 3) response.writeHead([301, 303, 308][hop] ?? 302, { location: `${hop + 1}` }).end();
        else response.end('arrived');
      });
      const result = await fetchMetadata(`${url}/0`, INSIDE);
      expect(result.ok && Buffer.from(result.body).toString()).to.equal('arrived');
    });

    it('are not followed a fourth time', async () => {
      let requests = 0;
      const url = await serveAt((_request, response) => {
        requests += 1;
        response.writeHead(302, { location: '/again' }).end();
      });
      await expectRefusal(url, INSIDE, 'too_many_redirects', /more than 3 times/);
      expect(requests).to.equal(4);
    });

    for (const location of ['http://169.254.169.254/latest/', 'http://[::ffff:169.254.169.254]/', '//0.0.0.0/']) {
      it(`to ${location} are refused`, async () =>
        expectRefusal(
          await redirect(location),
          INSIDE,
          'redirect_to_private_address',
          /redirects to a private network/,
        ));
    }

    it('to another scheme are refused', async () =>
      expectRefusal(await redirect('file:///etc/passwd'), INSIDE, 'unsupported_scheme', /not file/));

    it('to an invalid URL are refused', async () =>
      expectRefusal(await redirect('http://['), INSIDE, 'not_a_url', /is not a URL/));

    it('with a password are refused', async () =>
      expectRefusal(await redirect('http://a:b@127.0.0.1/'), INSIDE, 'not_a_url', /user name or password/));

    it('without a target count as a status', async () =>
      expectRefusal(await redirect(undefined), INSIDE, 'http_status', /status 302/));
  });

  describe('https', () => {
    const trusted = tls.getCACertificates();
    const lookup = async () => ['127.0.0.1'];
    let identity: { cert: string; key: string };

    before(async () => {
      identity = await makeCertificate('idp.example', {
        extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'idp.example' }] }],
      });
      tls.setDefaultCACertificates([identity.cert]);
    });

    after(() => tls.setDefaultCACertificates(trusted));

    it('requires a certificate for the name', async () => {
      const port = await serve((_request, response) => response.end('metadata'), https.createServer(identity));
      const result = await fetchMetadata(`https://idp.example:${port}/`, { ...INSIDE, lookup });
      expect(result.ok && Buffer.from(result.body).toString()).to.equal('metadata');
      const other = `https://other.example:${port}/`;
      await expectRefusal(other, { ...INSIDE, lookup }, 'tls_failed', /ERR_TLS_CERT_ALTNAME_INVALID/);
    });

    it('does not follow a redirect to http', async () => {
      const plain = await serveAt((_request, response) => response.end('metadata'));
      const listener: RequestListener = (_request, response) => response.writeHead(302, { location: plain }).end();
      const port = await serve(listener, https.createServer(identity));
      const url = `https://idp.example:${port}/`;
      await expectRefusal(url, { ...INSIDE, lookup }, 'insecure_redirect', /redirects from https to http/);
    });
  });

  describe('a response', () => {
    it('with status 404 has its own message', async () => {
      const url = await serveAt((_request, response) => response.writeHead(404).end('<EntityDescriptor/>'));
      await expectRefusal(url, INSIDE, 'not_found', /no metadata at this URL \(404\)/);
    });

    for (const status of [204, 206, 304, 401, 403, 500, 503]) {
      it(`with status ${status} is refused`, async () => {
        const url = await serveAt((_request, response) => response.writeHead(status).end());
        await expectRefusal(url, INSIDE, 'http_status', new RegExp(`responded with status ${status}\\.`));
      });
    }

    it('with a Content-Length of 50 MB is not read', async () => {
      const url = await serveAt((_request, response) =>
        response.writeHead(200, { 'content-length': 50_000_000 }).flushHeaders(),
      );
      await expectRefusal(url, INSIDE, 'too_large', /larger than 1 MB/);
    });

    it('of 50 MB without Content-Length is aborted at the limit', async () => {
      let sent = 0;
      const url = await serveAt((_request, response) => {
        const chunk = Buffer.alloc(100_000);
        const more = () => {
          while (sent < 50_000_000 && !response.destroyed) {
            sent += chunk.length;
            if (!response.write(chunk)) return;
          }
          response.end();
        };
        response.on('drain', more);
        more();
      });
      await expectRefusal(url, INSIDE, 'too_large', /larger than 1 MB/);
      expect(sent).to.be.lessThan(50_000_000);
    });

    it('with unrequested compression is refused', async () => {
      const url = await serveAt((_request, response) =>
        response.writeHead(200, { 'content-encoding': 'gzip' }).end('x'),
      );
      await expectRefusal(url, INSIDE, 'compressed', /compressed/);
    });

    it('that is incomplete is refused', async () => {
      const url = await serveAt((_request, response) => {
        response.writeHead(200, { 'content-length': 100 });
        response.write('<EntityDesc', () => response.destroy());
      });
      await expectRefusal(url, INSIDE, 'connection_failed', /broke before the metadata was complete/);
    });

    it('that switches the protocol is refused', async () => {
      const server = http.createServer();
      server.on('connection', (socket) =>
        socket.end('HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'),
      );
      const port = await serve(() => undefined, server);
      await expectRefusal(`http://127.0.0.1:${port}`, INSIDE, 'connection_failed', /cannot be reached/);
    });

    it('that is not HTTP is refused', async () => {
      const server = http.createServer();
      server.on('connection', (socket) => socket.end('SSH-2.0-OpenSSH_9.6\r\n'));
      const port = await serve(() => undefined, server);
      await expectRefusal(
        `http://127.0.0.1:${port}`,
        INSIDE,
        'connection_failed',
        /cannot be reached: the connection failed/,
      );
    });
  });

  describe('the time limit', () => {
    const SHORT = { ...INSIDE, timeoutMs: 50 };

    it('applies to a server that does not respond', async () => {
      const url = await serveAt(() => undefined);
      await expectRefusal(url, SHORT, 'timeout', /did not respond completely within 0\.05 seconds/);
    });

    it('applies to a slow body', async () => {
      const drips: NodeJS.Timeout[] = [];
      const url = await serveAt((_request, response) => {
        drips.push(setInterval(() => response.write(' '), 5));
      });
      await expectRefusal(url, SHORT, 'timeout', /did not respond completely/);
      drips.forEach(clearInterval);
    });

    it('applies to name resolution', async () => {
      const lookup = () => new Promise<string[]>(() => undefined);
      await expectRefusal('http://slow.example/', { ...SHORT, lookup }, 'timeout', /did not respond completely/);
    });
  });

  describe('a connection', () => {
    it('to an unknown name is refused', async () => {
      const lookup = async () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' }));
      await expectRefusal(
        'https://nowhere.example/',
        { ...OUTSIDE, lookup },
        'connection_failed',
        /the name does not exist/,
      );
    });

    it('to a name without addresses is refused', async () => {
      const lookup = async () => [];
      await expectRefusal('https://nowhere.example/', { ...OUTSIDE, lookup }, 'connection_failed', /cannot be reached/);
    });

    it('to a closed port is refused', async () => {
      const port = await serve(() => undefined);
      await new Promise((resolve) => servers.pop()?.close(resolve));
      await expectRefusal(`http://127.0.0.1:${port}/`, INSIDE, 'connection_failed', /the connection was refused/);
    });

    it('to a server with a self-signed certificate is refused', async () => {
      const { cert, key } = await makeCertificate('localhost');
      const port = await serve((_request, response) => response.end('x'), https.createServer({ cert, key }));
      const url = `https://localhost:${port}/`;
      const lookup = async () => ['127.0.0.1'];
      await expectRefusal(
        url,
        { ...INSIDE, lookup },
        'tls_failed',
        /no valid https certificate \(DEPTH_ZERO_SELF_SIGNED_CERT\)/,
      );
    });

    it('over https to an http server is refused', async () => {
      const port = await serve((_request, response) => response.end('x'));
      await expectRefusal(`https://127.0.0.1:${port}/`, INSIDE, 'tls_failed', /does not speak https at this port/);
    });

    it('without a scheme gets https:// in front, if it begins with a host', () => {
      for (const text of ['idp.example.com/metadata', ' localhost:3401/x ', 'localhost', 'idp:8080', 'a.example?b'])
        expect(withScheme(text)).to.equal(`https://${text.trim()}`);
      for (const text of ['metadata', '', 'mailto:a@example.com', 'file:///x', 'http://a.example', 'two words', '/a.b'])
        expect(withScheme(text)).to.equal(text);
    });

    it('that is none is refused', () => expectRefusal('metadata', OUTSIDE, 'not_a_url', /Enter one such as https/));
  });
});
