import { createServer } from 'node:net';

/** Whether nothing else listens on this port yet, so that the demo can say so plainly before it starts anything. */
export function isPortFree(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
}
