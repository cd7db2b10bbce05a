import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { openWriteAheadLog } from '../../src/db/writeAheadLog.ts';
import { whenDone } from '../support/cleanup.ts';
import { tempFolder } from '../support/tempFolder.ts';

describe('db/writeAheadLog', () => {
  it('opens its file at the first sync, because it may not exist before', async () => {
    const file = join(tempFolder(), 'test.db-wal');
    const log = openWriteAheadLog(file);
    whenDone(() => log.close());
    writeFileSync(file, 'x');
    await log.sync();
    await log.sync();
  });

  it('fails for good after one failure, because the system forgets what it could not write', async () => {
    const log = openWriteAheadLog('/dev/null'); // accepts writes and cannot be synced
    whenDone(() => log.close());
    expect(await failure(log.sync())).to.match(/^EINVAL/);
    expect(await failure(log.sync())).to.match(/Restart Anteroom/);
  });
});

function failure(promise: Promise<void>): Promise<string> {
  return promise.then(
    () => '',
    (error: Error) => error.message,
  );
}
