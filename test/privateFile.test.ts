import { chmodSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { pino } from 'pino';
import { parseConfig } from '../src/config.ts';
import { openDeps } from '../src/openDeps.ts';
import { whenDone } from './support/cleanup.ts';
import { tempFolder } from './support/tempFolder.ts';

describe('the files in the data folder', () => {
  it('are private in any folder, with any umask', async () => {
    const folder = tempFolder();
    chmodSync(folder, 0o755);
    const umask = process.umask(0);
    whenDone(() => process.umask(umask));
    const open = () => openDeps(parseConfig({ DATA_DIR: folder }), pino({ level: 'silent' }));
    const modes = () =>
      readdirSync(folder).map((file) => `${file} ${(statSync(join(folder, file)).mode & 0o777).toString(8)}`);
    const all = ['anteroom.db', 'anteroom.db-shm', 'anteroom.db-wal', 'secret.key'];
    const first = await open();
    expect(modes().sort()).to.deep.equal(all.map((file) => `${file} 600`));
    for (const file of all) chmodSync(join(folder, file), 0o666);
    const second = await open(); // an earlier version, or a restored backup, left them open
    expect(modes().sort()).to.deep.equal(all.map((file) => `${file} 600`));
    await Promise.all([first, second].map(({ store }) => store.close()));
  });
});
