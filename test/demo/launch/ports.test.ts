import { createServer } from 'node:net';
import { expect } from 'chai';
import { isPortFree } from '../../../demo/launch/ports.ts';

describe('the ports of the demo', () => {
  it('are free while nothing listens on them', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = address && typeof address === 'object' ? address.port : 0;
    expect(await isPortFree(port, '127.0.0.1')).to.equal(false);
    await new Promise((resolve) => server.close(resolve));
    expect(await isPortFree(port, '127.0.0.1')).to.equal(true);
  });
});
