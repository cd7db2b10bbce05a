// node writer.ts DATABASE_URL db|relaxed: writes settings until it is killed, ten at a time, and says the name of each when its write was answered.
import { writeSync } from 'node:fs';
import { openStore } from '../../../src/db/open.ts';
import { writeSetting } from '../../../src/store/settings.ts';

const [url = '', member] = process.argv.slice(2);
const store = await openStore(url);
const db = member === 'relaxed' ? store.relaxed : store.db;
let next = 0;
await Promise.all(Array.from({ length: 10 }, writeInTurn));

async function writeInTurn(): Promise<never> {
  for (;;) {
    const name = `name-${next++}`;
    await writeSetting(db, name, 'x'.repeat(500));
    writeSync(1, `${name}\n`);
  }
}
