import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** An HTTP response as received. */
export type Reply = { status: number; head: string; body: Buffer };

/**
 * Runs a task over a number of persistent connections, one request at a time on each, with minimal overhead: generating the load must
 * cost far less than what is measured. Returns tasks per second, and how many were done.
 * @param ends after a number of tasks or milliseconds
 * @param work runs one task; `exchange` sends a request and waits for the response
 */
export async function wireSpeed(
  url: string,
  ends: { times: number } | { milliseconds: number },
  atOnce: number,
  work: (exchange: (request: Buffer) => Promise<Reply>, index: number) => Promise<void>,
): Promise<{ aSecond: number; count: number }> {
  const lines = await Promise.all(Array.from({ length: atOnce }, () => Line.open(url)));
  let next = 0;
  const start = process.hrtime.bigint();
  const elapsed = () => Number(process.hrtime.bigint() - start) / 1e6;
  const isRunning = () => ('times' in ends ? next < ends.times : elapsed() < ends.milliseconds);
  await Promise.all(
    lines.map(async (line) => {
      const exchange = (request: Buffer) => line.exchange(request);
      while (isRunning()) await work(exchange, next++);
    }),
  );
  const seconds = elapsed() / 1_000;
  for (const line of lines) line.close();
  return { aSecond: next / seconds, count: next };
}

/** Returns a request as bytes. */
export function requestBytes(
  method: string,
  url: URL,
  headers: Record<string, string>,
  body: { type: string; data: string } | undefined,
): Buffer {
  const own = body ? { 'Content-Type': body.type, 'Content-Length': String(Buffer.byteLength(body.data)) } : {};
  const lines = Object.entries({ Host: url.host, ...headers, ...own }).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`${method} ${url.pathname}${url.search} HTTP/1.1\r\n${lines.join('')}\r\n${body?.data ?? ''}`);
}

/** A connection that reconnects if the server closes it between two requests, as Apache does under load. */
class Line {
  readonly #url: URL;
  #socket: Socket;

  static async open(url: string): Promise<Line> {
    return new Line(new URL(url), await connected(new URL(url)));
  }

  constructor(url: URL, socket: Socket) {
    this.#url = url;
    this.#socket = socket;
  }

  async exchange(request: Buffer): Promise<Reply> {
    const reply = await exchange(this.#socket, request);
    if (reply) return reply;
    this.#socket = await connected(this.#url);
    return this.exchange(request);
  }

  close(): void {
    this.#socket.destroy();
  }
}

async function connected({ hostname, port }: URL): Promise<Socket> {
  const socket = connect({ host: hostname, port: Number(port), noDelay: true }).on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

/** Returns the response, or undefined if the connection closed before any of it arrived. */
function exchange(socket: Socket, request: Buffer): Promise<Reply | undefined> {
  return new Promise((resolve) => {
    let received: Buffer = Buffer.alloc(0);
    const finish = (reply: Reply | undefined) => {
      socket.off('data', read).off('close', ended);
      resolve(reply);
    };
    const ended = () => finish(undefined);
    const read = (chunk: Buffer) => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
      const reply = replyIn(received);
      if (reply) finish(reply);
    };
    if (socket.destroyed) return resolve(undefined);
    socket.on('data', read).on('close', ended);
    socket.write(request);
  });
}

/** Returns the response once it is complete. It must have a Content-Length. */
function replyIn(received: Buffer): Reply | undefined {
  const end = received.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const head = received.toString('latin1', 0, end);
  const length = Number(/^content-length: (\d+)$/im.exec(head)?.[1]);
  if (Number.isNaN(length)) throw new Error(`A response has no Content-Length: ${head}`);
  if (received.length < end + 4 + length) return undefined;
  return { status: Number(head.slice(9, 12)), head, body: received.subarray(end + 4) };
}
