import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { expect } from 'chai';
import express from 'express';
import { buildApp } from '../../src/app.ts';
import { limitBodies, limitHeaders } from '../../src/web/requestLimits.ts';
import { startAnteroom } from '../support/anteroom.ts';
import { whenDone } from '../support/cleanup.ts';

describe('web/requestLimits', () => {
  /** Opens a server that reads bodies. Returns how it is reached, and the lengths of the bodies that it has begun to read. */
  async function open(limits: { count: number; bytes: number }, silentMs?: number) {
    const app = express();
    const arrived: number[] = [];
    app.use(limitBodies(limits, silentMs));
    app.post('/', (req, res) => {
      arrived.push(Number(req.headers['content-length']));
      let length = 0;
      req.on('data', (chunk: Buffer) => {
        length += chunk.length;
      });
      req.on('end', () => res.end(`read ${length}`));
    });
    const server = createServer(app).listen(0, '127.0.0.1');
    await once(server, 'listening');
    whenDone(() => {
      server.closeAllConnections();
      server.close();
    });
    const { port } = server.address() as AddressInfo;
    const send = (header: string, body: string): Socket => {
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => {});
      socket.write(`POST / HTTP/1.1\r\nHost: x\r\n${header}\r\n\r\n${body}`);
      return socket;
    };
    const post = (length: number, body: string) => send(`Content-Length: ${length}`, body);
    const postChunks = (chunks: string) => send('Transfer-Encoding: chunked', chunks);
    const hasArrived = async (count: number) => {
      while (arrived.length < count) await new Promise((resolve) => setImmediate(resolve));
    };
    return { post, postChunks, hasArrived };
  }

  const replyTo = async (socket: Socket) => String((await once(socket, 'data'))[0]);

  it('closes the body that has waited longest once there are too many', async () => {
    const { post, hasArrived } = await open({ count: 2, bytes: 1_000 });
    const oldest = post(10, 'half');
    const closed = once(oldest, 'close');
    await hasArrived(1);
    const kept = post(10, 'half');
    await hasArrived(2);
    expect(await replyTo(post(4, 'full'))).to.contain('read 4');
    await closed;
    kept.write('ended!');
    expect(await replyTo(kept)).to.contain('read 10');
  });

  it('closes the body that has waited longest once they announce too many bytes', async () => {
    const { post, hasArrived } = await open({ count: 100, bytes: 1_000 });
    const oldest = post(900, 'half');
    const closed = once(oldest, 'close');
    await hasArrived(1);
    expect(await replyTo(post(101, 'x'.repeat(101)))).to.contain('read 101');
    await closed;
  });

  it('counts a body without an announced length as one of a megabyte', async () => {
    const { postChunks, hasArrived } = await open({ count: 100, bytes: 1_500_000 });
    const closed = once(postChunks('4\r\nhalf\r\n'), 'close');
    await hasArrived(1);
    expect(await replyTo(postChunks('4\r\nfull\r\n0\r\n\r\n'))).to.contain('read 4');
    await closed;
  });

  it('closes no other body for one that announces more than is ever read', async () => {
    const { post, hasArrived } = await open({ count: 100, bytes: 32 * 1024 * 1024 });
    const waiting = post(10, 'half');
    await hasArrived(1);
    const huge = post(10 ** 12, 'x');
    await hasArrived(2);
    waiting.write('ended!');
    expect(await replyTo(waiting)).to.contain('read 10');
    huge.destroy();
  });

  it('closes a connection that is silent within a body', async () => {
    const { post } = await open({ count: 100, bytes: 1_000 }, 1);
    await once(post(10, 'half'), 'close');
  });

  it('refuses more than 16 KB of headers with 431, but not for SCIM', async () => {
    const { url, deps } = await startAnteroom();
    const server = createServer({ maxHeaderSize: 64 * 1024 }, buildApp(deps)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    whenDone(() => server.close());
    const { host } = new URL(url);
    const get = async (path: string, characters: number) => {
      const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
      socket.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nCookie: x=${'y'.repeat(characters)}\r\n\r\n`);
      const reply = await replyTo(socket);
      socket.destroy();
      return reply.slice(9, 12);
    };
    expect(await get('/api/v2/scim/v2/Users', 17_000)).to.equal('401');
    expect(await get('/login', 15_000)).to.equal('200');
    expect(await get('/login', 17_000)).to.equal('431');
  });

  it('refuses them before it reads a header', () => {
    const headers = new Proxy({}, { get: () => expect.fail('A header was read') });
    const req = { originalUrl: '/', rawHeaders: ['Cookie', 'y'.repeat(17_000)], headers };
    const sent: number[] = [];
    const res = { set: () => res, type: () => res, status: (code: number) => sent.push(code), send: () => {} };
    limitHeaders(req as never, res as never, () => expect.fail('The request was accepted'));
    expect(sent).to.deep.equal([431]);
  });
});
