// node jobWorker.ts DATABASE_URL JOB ITEMS: works a job off, and kills itself when so many items are done and others are under way.
import { setImmediate } from 'node:timers/promises';
import { openStore } from '../../../src/db/open.ts';
import { getJob, workOff } from '../../../src/jobs/jobs.ts';
import { testDeps } from '../../support/testDeps.ts';

const [url = '', id = '', items] = process.argv.slice(2);
const deps = await testDeps({ store: await openStore(url), seed: id });
void workOff(deps, id);
while ((await getJob(deps, id)).worked < Number(items)) await setImmediate();
process.kill(process.pid, 'SIGKILL');
