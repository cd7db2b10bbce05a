import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { expect } from 'chai';
import { openBackground } from '../src/background.ts';
import { createStoppableServer, listen } from '../src/server.ts';
import { whenDone } from './support/cleanup.ts';

type Handler = Parameters<typeof createStoppableServer>[0];

describe('the server that stops', () => {
  async function start(handle: Handler) {
    const background = openBackground();
    const { server, close } = createStoppableServer(handle, background);
    await listen(server, 0, '127.0.0.1');
    whenDone(() => server.closeAllConnections());
    const { port } = server.address() as AddressInfo;
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    whenDone(() => agent.destroy());
    const stop = (limitMs?: number) => {
      background.stop();
      return close(limitMs);
    };
    return { port, agent, stop };
  }

  async function get(port: number, agent: Agent): Promise<{ response: IncomingMessage; text: string }> {
    const [response] = (await once(request({ port, host: '127.0.0.1', agent }).end(), 'response')) as [IncomingMessage];
    let text = '';
    for await (const chunk of response) text += chunk;
    return { response, text };
  }

  it('finishes a request under way, and says Connection: close', async () => {
    const arrived = Promise.withResolvers<void>();
    const held = Promise.withResolvers<void>();
    const { port, agent, stop } = await start((_req, res) => {
      arrived.resolve();
      void held.promise.then(() => res.end('done'));
    });
    const reply = get(port, agent);
    await arrived.promise;
    const stopped = stop();
    held.resolve();
    const { response, text } = await reply;
    expect([text, response.headers.connection]).to.deep.equal(['done', 'close']);
    await stopped;
  });

  it('answers the next request of an open connection, and then closes it', async () => {
    const { port, agent, stop } = await start((_req, res) => void res.end('ok'));
    expect((await get(port, agent)).response.headers.connection).to.equal('keep-alive');
    const stopped = stop();
    const { response, text } = await get(port, agent);
    expect([text, response.headers.connection, response.socket.remotePort]).to.deep.equal(['ok', 'close', port]);
    await stopped;
  });

  it('refuses new connections at once', async () => {
    const { port, agent, stop } = await start((_req, res) => void res.end('ok'));
    await get(port, agent);
    const stopped = stop();
    const [error] = await once(connect(port, '127.0.0.1'), 'error');
    expect(error.code).to.equal('ECONNREFUSED');
    await stopped;
  });

  it('does not wait for idle connections, used or not', async () => {
    const { port, agent, stop } = await start((_req, res) => void res.end('ok'));
    await get(port, agent);
    const unused: Socket = connect(port, '127.0.0.1');
    await once(unused, 'connect');
    const closed = once(unused, 'close');
    await get(port, agent); // afterwards the server has accepted both
    await stop();
    await closed;
  });

  it('closes requests that are still running after the limit', async () => {
    const arrived = Promise.withResolvers<void>();
    const { port, agent, stop } = await start(() => arrived.resolve());
    const reply = get(port, agent).catch((error: NodeJS.ErrnoException) => error.code);
    await arrived.promise;
    await stop(0);
    expect(await reply).to.equal('ECONNRESET');
  });

  it('says in a sentence why it cannot listen', async () => {
    const { port } = await start(() => {});
    const failure = async (host: string) => {
      const { server } = createStoppableServer(() => {}, openBackground());
      return listen(server, port, host).then(
        () => '',
        (error: Error) => error.message,
      );
    };
    expect(await failure('127.0.0.1')).to.equal(
      `Port ${port} is already in use. Stop the program that uses it, or set PORT to another one.`,
    );
    expect(await failure('192.0.2.1')).to.match(/^This machine does not have the address 192\.0\.2\.1\./);
  });
});
