import type { RootHookObject } from 'mocha';

type Cleanup = () => unknown;

const ofRun: Cleanup[] = [];
let ofTest: Cleanup[] | undefined;

/** Has something undone: what a test or a beforeEach made, after that test; what a before hook made, after all tests. */
export function whenDone(cleanup: Cleanup): void {
  (ofTest ?? ofRun).push(cleanup);
}

/** Mocha finds these by name, because .mocharc.json requires this file. */
export const mochaHooks: RootHookObject = {
  beforeEach() {
    ofTest = [];
  },
  async afterEach() {
    const cleanups = ofTest ?? [];
    ofTest = undefined;
    await cleanUp(cleanups);
  },
  async afterAll() {
    await cleanUp(ofRun.splice(0));
  },
};

/** The last thing made goes first: a store is closed before its folder is removed. */
async function cleanUp(cleanups: Cleanup[]): Promise<void> {
  for (const cleanup of cleanups.reverse()) await cleanup();
}
