import { createServer } from 'node:net';

/** Returns whether the port is free, so that the demo can report a conflict before it starts anything. */
export function isPortFree(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
}
