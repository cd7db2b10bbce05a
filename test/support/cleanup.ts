import type { RootHookObject } from 'mocha';

type Cleanup = () => unknown;

const ofRun: Cleanup[] = [];
let ofTest: Cleanup[] | undefined;

/** Registers a cleanup to run after the test, or after the suite if it was registered by a before hook. */
export function whenDone(cleanup: Cleanup): void {
  (ofTest ?? ofRun).push(cleanup);
}

/** Registers a cleanup to run after all tests of the process. */
export function whenRunDone(cleanup: Cleanup): void {
  ofRun.push(cleanup);
}

/** Root hooks, which Mocha finds by name because .mocharc.json requires this file. */
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

/** Runs cleanups in reverse order: a store is closed before its folder is removed. */
async function cleanUp(cleanups: Cleanup[]): Promise<void> {
  for (const cleanup of cleanups.reverse()) await cleanup();
}
