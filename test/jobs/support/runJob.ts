// node runJob.ts DATABASE_URL JOB ITEMS: runs a job, and kills this process as soon as that many items are processed.
import { setImmediate } from 'node:timers/promises';
import { openStore } from '../../../src/db/open.ts';
import { getJob } from '../../../src/jobs/jobs.ts';
import { runJob } from '../../../src/jobs/worker.ts';
import { testDeps } from '../../support/testDeps.ts';

const [url = '', id = '', items] = process.argv.slice(2);
const deps = await testDeps({ store: await openStore(url), seed: id });
void runJob(deps, id);
while ((await getJob(deps, id)).processed < Number(items)) await setImmediate();
process.kill(process.pid, 'SIGKILL');
