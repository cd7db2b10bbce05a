import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { pino } from 'pino';
import { parseConfig } from '../src/config.ts';
import { openDeps } from '../src/openDeps.ts';
import { whenDone } from './support/cleanup.ts';
import { tempFolder } from './support/tempFolder.ts';

describe('openDeps', () => {
  for (const [title, env] of [
    ['a key of its own', {}],
    ['the key of the environment', { SECRET_KEY: Buffer.alloc(32, 9).toString('base64') }],
  ] as const)
    it(`makes the data folder for its owner alone, with ${title}`, async () => {
      const folder = join(tempFolder(), 'new', 'data');
      const { store } = await openDeps(parseConfig({ DATA_DIR: folder, ...env }), pino({ level: 'silent' }));
      whenDone(() => store.close());
      expect(statSync(folder).mode & 0o777).to.equal(0o700);
    });
});
