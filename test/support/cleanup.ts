import type { RootHookObject } from 'mocha';

type Cleanup = () => unknown;

const ofRun: Cleanup[] = [];
let ofTest: Cleanup[] | undefined;

/** Runs a cleanup after the test for what a test or a beforeEach made, after all tests for what a before hook made. */
export function whenDone(cleanup: Cleanup): void {
  (ofTest ?? ofRun).push(cleanup);
}

/** Runs a cleanup after all tests of the run; where tests run in parallel, after those of the file. */
export function whenRunDone(cleanup: Cleanup): void {
  ofRun.push(cleanup);
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

/** What was made last is removed first: a store is closed before its folder is removed. */
async function cleanUp(cleanups: Cleanup[]): Promise<void> {
  for (const cleanup of cleanups.reverse()) await cleanup();
}
