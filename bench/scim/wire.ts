import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Contender } from './contenders.ts';

/**
 * Requests a second over plain sockets, one request at a time on each. Answers are measured off by their Content-Length and not read further, so that
 * the load costs far less than what is measured. @throws Error for an answer from status 400 on
 */
export async function wireSpeed(
  contender: Contender,
  times: number,
  atOnce: number,
  make: (index: number) => { method: string; path: string; body?: unknown },
): Promise<number> {
  const { host, hostname, port, pathname } = new URL(contender.url);
  const sockets = await Promise.all(Array.from({ length: atOnce }, () => open(hostname, Number(port))));
  const requests = Array.from({ length: times }, (_, index) => bytesOf(contender, host, pathname, make(index)));
  let next = 0;
  const start = process.hrtime.bigint();
  await Promise.all(
    sockets.map(async (socket) => {
      while (next < times) await exchange(socket, requests[next++] ?? Buffer.alloc(0));
    }),
  );
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  for (const socket of sockets) socket.destroy();
  return times / seconds;
}

async function open(host: string, port: number): Promise<Socket> {
  const socket = connect({ host, port, noDelay: true });
  await once(socket, 'connect');
  return socket;
}

function bytesOf(
  { token }: Contender,
  host: string,
  base: string,
  { method, path, body }: { method: string; path: string; body?: unknown },
): Buffer {
  const data = body === undefined ? '' : JSON.stringify(body);
  const type =
    body === undefined ? '' : `Content-Type: application/scim+json\r\nContent-Length: ${Buffer.byteLength(data)}\r\n`;
  return Buffer.from(
    `${method} ${base}${path} HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${token}\r\n${type}\r\n${data}`,
  );
}

function exchange(socket: Socket, request: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    let wanted = -1;
    let got = 0;
    const read = (chunk: Buffer) => {
      if (wanted < 0) {
        const end = chunk.indexOf('\r\n\r\n');
        const head = chunk.toString('latin1', 0, end);
        const length = /content-length: (\d+)/i.exec(head)?.[1];
        if (end < 0 || length === undefined || !/^HTTP\/1\.1 2/.test(head)) {
          finish(new Error(chunk.toString()));
          return;
        }
        wanted = end + 4 + Number(length);
      }
      got += chunk.length;
      if (got >= wanted) finish();
    };
    const finish = (error?: Error) => {
      socket.off('data', read);
      if (error) reject(error);
      else resolve();
    };
    socket.on('data', read);
    socket.write(request);
  });
}
