import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { WriteAheadLog } from '../../src/db/writeAheadLog.ts';
import { whenDone } from '../support/cleanup.ts';
import { tempFolder } from '../support/tempFolder.ts';

describe('db/writeAheadLog', () => {
  it('opens its file when it is first synced, for it need not be there before', async () => {
    const file = join(tempFolder(), 'test.db-wal');
    const log = new WriteAheadLog(file);
    whenDone(() => log.close());
    writeFileSync(file, 'x');
    await log.sync();
    await log.sync();
  });

  it('trusts no disk that has failed once: the system forgets what it could not write', async () => {
    const log = new WriteAheadLog('/dev/null'); // which takes everything and cannot be synced
    whenDone(() => log.close());
    expect(await failure(log.sync())).to.match(/^EINVAL/);
    expect(await failure(log.sync())).to.match(/start Anteroom anew/);
  });
});

function failure(promise: Promise<void>): Promise<string> {
  return promise.then(
    () => '',
    (error: Error) => error.message,
  );
}
