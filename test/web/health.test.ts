import { expect } from 'chai';
import { startAnteroom } from '../support/anteroom.ts';
import { sendRaw } from '../support/hostClient.ts';

describe('web/health', () => {
  it('says that the server is ready, at any host, until the database fails', async () => {
    const anteroom = await startAnteroom();
    const check = () => sendRaw(anteroom, '/readyz', { headers: { host: 'evil.example' } });
    expect(await check()).to.deep.include({ status: 200, text: 'ok\n' });
    await anteroom.deps.store.db.schema.dropTable('settings').execute();
    expect(await check()).to.deep.include({ status: 503, text: 'the database does not respond\n' });
  });

  it('says that the server is not ready as soon as it is stopping', async () => {
    const anteroom = await startAnteroom();
    anteroom.deps.background.stop();
    expect(await sendRaw(anteroom, '/readyz')).to.deep.include({ status: 503, text: 'the server is stopping\n' });
  });

  it('says that the process is alive without the database, at any host', async () => {
    const anteroom = await startAnteroom();
    await anteroom.deps.store.close();
    const alive = await sendRaw(anteroom, '/healthz', { headers: { host: 'evil.example' } });
    expect(alive).to.deep.include({ status: 200, text: 'ok\n' });
  });
});
