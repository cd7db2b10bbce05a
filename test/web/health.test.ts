import { expect } from 'chai';
import { startAnteroom } from '../support/anteroom.ts';
import { sendRaw } from '../support/hostClient.ts';

describe('/healthz', () => {
  it('returns 200 at any host, and 503 as soon as the database fails', async () => {
    const anteroom = await startAnteroom();
    const check = () => sendRaw(anteroom, '/healthz', { headers: { host: 'evil.example' } });
    expect(await check()).to.deep.include({ status: 200, text: 'ok\n' });
    await anteroom.deps.store.db.schema.dropTable('settings').execute();
    expect(await check()).to.deep.include({ status: 503, text: 'the database does not respond\n' });
  });

  it('returns 503 as soon as the server is stopping', async () => {
    const anteroom = await startAnteroom();
    anteroom.deps.background.stop();
    expect(await sendRaw(anteroom, '/healthz')).to.deep.include({ status: 503, text: 'the server is stopping\n' });
  });
});
