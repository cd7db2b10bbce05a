// node killedWriter.ts DATABASE_URL PERSON: deactivates a person and kills this process as soon as that is stored.
import { openStore } from '../../../src/db/open.ts';
import { setActive } from '../../../src/people/users.ts';
import { refreshWebhooks } from '../../../src/webhooks/publish.ts';
import { testDeps } from '../../support/testDeps.ts';

const [url = '', id = ''] = process.argv.slice(2);
const deps = await testDeps({ store: await openStore(url), seed: id });
await refreshWebhooks(deps);
await setActive(deps, id, false);
process.kill(process.pid, 'SIGKILL');
