import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { checkServerData } from '../../src/cli/serverData.ts';
import { parseConfig } from '../../src/config.ts';
import { tempFolder } from '../support/tempFolder.ts';

describe('cli/serverData', () => {
  let folder: string;

  beforeEach(() => {
    folder = tempFolder();
  });

  /** Checks with an environment, while the default folder is one of the test. */
  function check(env: Record<string, string> = {}): string | undefined {
    try {
      checkServerData(env, { ...parseConfig(env), dataDir: folder });
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  const [DATABASE_URL, SECRET_KEY] = ['postgres://localhost/x', Buffer.alloc(32, 1).toString('base64')];

  it('refuses to create a database or a key where nothing names the place', () => {
    expect(check())
      .to.match(
        /^There is no database of a server in \/.+\. Use the environment of the server: --env-file FILE, or set DATA_DIR or/,
      )
      .and.include(folder);
    expect(check({ SECRET_KEY })).to.match(/^There is no database/);
    expect(check({ DATABASE_URL })).to.match(/^There is no secret key .+ set DATA_DIR or SECRET_KEY\./);
    writeFileSync(join(folder, 'anteroom.db'), '');
    expect(check()).to.match(/^There is no secret key/);
  });

  it('accepts a named place, and the default folder of a server', () => {
    expect(check({ DATA_DIR: 'new' })).to.equal(undefined);
    expect(check({ DATABASE_URL, SECRET_KEY })).to.equal(undefined);
    for (const file of ['anteroom.db', 'secret.key']) writeFileSync(join(folder, file), '');
    expect(check()).to.equal(undefined);
    expect(check({ DATABASE_URL })).to.equal(undefined);
  });
});
