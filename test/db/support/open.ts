// node open.ts DATABASE_URL: opens a store as a process of its own, and closes it.
import { openStore } from '../../../src/db/open.ts';

const store = await openStore(process.argv[2] ?? '');
await store.close();
