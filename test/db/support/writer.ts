// node writer.ts DATABASE_URL settings|attempts: writes rows of a table until it is killed, ten at a time, and prints the name of each when its write has settled.
import { writeSync } from 'node:fs';
import { openStore } from '../../../src/db/open.ts';
import { recordFailure } from '../../../src/store/attempts.ts';
import { type AuditedSetting, writeAuditedSetting } from '../../../src/store/settings.ts';

const [url = '', table] = process.argv.slice(2);
const { db } = await openStore(url);
const write = (name: string) =>
  table === 'settings'
    ? writeAuditedSetting(db, name as AuditedSetting, 'x'.repeat(500))
    : recordFailure(db, name, 0, 1);
let next = 0;
await Promise.all(Array.from({ length: 10 }, writeInTurn));

async function writeInTurn(): Promise<never> {
  for (;;) {
    const name = `name-${next++}`;
    await write(name);
    writeSync(1, `${name}\n`);
  }
}
