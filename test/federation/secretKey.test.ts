import { existsSync, renameSync, rmSync } from 'node:fs';
import { expect } from 'chai';
import { pino } from 'pino';
import { parseConfig } from '../../src/config.ts';
import type { Db, Engine } from '../../src/db/open.ts';
import { addDomain, setUpDomain } from '../../src/federation/domains.ts';
import { openSecrets } from '../../src/federation/secretKey.ts';
import { openDeps } from '../../src/openDeps.ts';
import { deriveSecrets, secretKeyPlace } from '../../src/secrets.ts';
import { findSetting, writeSetting } from '../../src/store/settings.ts';
import { runServer } from '../support/program.ts';
import { freshDatabaseUrl, withStores } from '../support/stores.ts';
import { tempFolder } from '../support/tempFolder.ts';
import { seededBytes, testDeps } from '../support/testDeps.ts';

const base64 = (octet: number) => Buffer.alloc(32, octet).toString('base64');
const missing = /^The secret key is missing: restore .+, which this database was written with, or set SECRET_KEY\.$/;
const wrong = /^The secret key in .+ does not belong to this database: restore the key that it was written with\.$/;

withStores((open) => {
  describe('federation/secretKey', () => {
    let db: Db;
    let dataDir: string;

    beforeEach(async () => {
      ({ db } = await open());
      dataDir = tempFolder();
    });

    const configOf = (env: Record<string, string> = {}) => parseConfig({ DATA_DIR: dataDir, ...env });
    const secretsOf = (env?: Record<string, string>) => openSecrets(configOf(env), db, seededBytes('key'));
    const refusalOf = async (env?: Record<string, string>) =>
      secretsOf(env).then(
        () => 'accepted',
        (error: Error) => error.message,
      );

    it('creates a key for an empty database, and uses it from then on', async () => {
      const sealed = (await secretsOf()).seal('text');
      expect((await secretsOf()).unseal(sealed)).to.equal('text');
    });

    it('refuses a missing key and creates none', async () => {
      await secretsOf();
      const place = secretKeyPlace(configOf());
      renameSync(place, `${place}.away`);
      expect(await refusalOf())
        .to.match(missing)
        .and.include(place);
      expect(existsSync(place)).to.equal(false);
      renameSync(`${place}.away`, place);
      await secretsOf();
    });

    it('refuses a missing key for a database of an earlier version, even if nothing was sealed', async () => {
      const deps = await testDeps({ store: await open() });
      await addDomain(deps, 'https://intranet.acme.com');
      db = deps.store.db;
      expect(await refusalOf()).to.match(missing);
      expect(existsSync(secretKeyPlace(configOf()))).to.equal(false);
    });

    it('refuses another key, in the file or in SECRET_KEY', async () => {
      await secretsOf({ SECRET_KEY: base64(1) });
      expect(await refusalOf({ SECRET_KEY: base64(2) }))
        .to.match(wrong)
        .and.include('SECRET_KEY');
      expect(await refusalOf()).to.match(missing);
      const other = await open();
      await openSecrets(configOf(), other.db, seededBytes('file'));
      expect(await refusalOf())
        .to.match(wrong)
        .and.include(secretKeyPlace(configOf()));
      await secretsOf({ SECRET_KEY: base64(1) });
    });

    it('checks a database of an earlier version with the keys of its domains, and stores a check value', async () => {
      const deps = await testDeps({ store: await open() });
      const added = await addDomain(deps, 'https://intranet.acme.com');
      if (!added.ok) throw new Error('The domain was refused');
      await setUpDomain(deps, added.value.id);
      db = deps.store.db;
      expect(await refusalOf({ SECRET_KEY: base64(8) })).to.match(wrong);
      expect(await findSetting(db, 'secretKeyCheck')).to.equal(undefined);
      await secretsOf({ SECRET_KEY: base64(7) }); // the key of testDeps
      const check = String(await findSetting(db, 'secretKeyCheck'));
      expect(deriveSecrets(Buffer.alloc(32, 7), seededBytes('other')).unseal(check)).to.equal('anteroom');
      expect(await refusalOf({ SECRET_KEY: base64(8) })).to.match(wrong);
    });

    it('refuses a damaged check value', async () => {
      await secretsOf({ SECRET_KEY: base64(1) });
      await writeSetting(db, 'secretKeyCheck', 5);
      expect(await refusalOf({ SECRET_KEY: base64(1) })).to.match(wrong);
    });
  });
});

describe('a server without its secret key', () => {
  for (const engine of ['sqlite', 'postgres'] as Engine[])
    it(`says so in one sentence and exits with 1 (on ${engine})`, async () => {
      const env = { DATABASE_URL: await freshDatabaseUrl(engine), DATA_DIR: tempFolder() };
      const config = parseConfig(env);
      await (await openDeps(config, pino({ level: 'silent' }))).store.close();
      rmSync(secretKeyPlace(config));
      const { code, stdout, stderr } = await runServer(env);
      expect({ code, stdout }).to.deep.equal({ code: 1, stdout: '' });
      expect(stderr.trimEnd()).to.match(missing);
    });
});
