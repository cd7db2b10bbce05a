import { createServer } from 'node:net';
import { expect } from 'chai';
import { isPortFree } from '../../../demo/launch/ports.ts';

describe('isPortFree', () => {
  it('is true while nothing listens on the port', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = address && typeof address === 'object' ? address.port : 0;
    expect(await isPortFree(port, '127.0.0.1')).to.equal(false);
    await new Promise((resolve) => server.close(resolve));
    expect(await isPortFree(port, '127.0.0.1')).to.equal(true);
  });
});
