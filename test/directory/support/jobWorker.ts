// node jobWorker.ts DATABASE_URL JOB: works a job off, and says after each step how far it has come.
import { writeSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { openStore } from '../../../src/db/open.ts';
import { getJob, workOff } from '../../../src/directory/jobs.ts';
import { testDeps } from '../../support/testDeps.ts';

const [url = '', id = ''] = process.argv.slice(2);
const deps = await testDeps({ store: await openStore(url), seed: id });
let over = false;
const work = workOff(deps, id).finally(() => {
  over = true;
});
for (let said = 0; !over; await setImmediate()) {
  const { worked } = await getJob(deps, id);
  if (worked > said) writeSync(1, `${worked}\n`);
  said = worked;
}
await work;
await deps.store.close();
