// node writer.ts DATABASE_URL db|relaxed: writes 1,000 settings, ten at a time, and says the name of each when its write was answered.
import { writeSync } from 'node:fs';
import { openStore } from '../../../src/db/open.ts';
import { writeSetting } from '../../../src/store/settings.ts';

const [url = '', member] = process.argv.slice(2);
const store = await openStore(url);
const db = member === 'relaxed' ? store.relaxed : store.db;
const names = Array.from({ length: 1000 }, (_, i) => `name-${i}`);
await Promise.all(Array.from({ length: 10 }, writeInTurn));
await store.close();

async function writeInTurn(): Promise<void> {
  for (let name = names.shift(); name !== undefined; name = names.shift()) {
    await writeSetting(db, name, 'x'.repeat(500));
    writeSync(1, `${name}\n`);
  }
}
