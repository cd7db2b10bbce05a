import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect } from 'chai';
import { openReadTransaction } from '../../src/db/readTransaction.ts';
import { whenDone } from '../support/cleanup.ts';
import { tempFolder } from '../support/tempFolder.ts';

describe('db/readTransaction', () => {
  let reader: DatabaseSync;
  let other: DatabaseSync;

  beforeEach(() => {
    const file = join(tempFolder(), 'test.db');
    [reader, other] = [new DatabaseSync(file), new DatabaseSync(file)];
    whenDone(() => [reader, other].forEach((db) => void db.close()));
    other.exec('PRAGMA journal_mode=WAL; create table t (n)');
  });

  const count = () => reader.prepare('select count(*) as n from t').get()?.n;
  const write = () => other.exec('insert into t values (1)');

  it('shows all reads of a turn one state, and the next turn what another process has committed', async () => {
    const reads = openReadTransaction(reader);
    reads.begin();
    expect(count()).to.equal(0);
    write();
    reads.begin();
    expect(count()).to.equal(0);
    await nextTurn();
    reads.begin();
    expect(count()).to.equal(1);
  });

  it('ends when told to: the next read sees everything, and the connection is free to write', () => {
    const reads = openReadTransaction(reader);
    reads.begin();
    count();
    write();
    reads.end();
    expect(reader.isTransaction).to.equal(false);
    reads.begin();
    expect(count()).to.equal(1);
    reads.end();
    reads.end();
  });

  it('does not mind that SQLite has ended the transaction itself', async () => {
    const reads = openReadTransaction(reader);
    reads.begin();
    reader.exec('ROLLBACK');
    await nextTurn();
    reads.begin();
    expect(reader.isTransaction).to.equal(true);
  });
});
