import { expect } from 'chai';
import { checkSources } from '../../src/health/sources.ts';
import { addSource, setSourceActive } from '../../src/sources/profileSources.ts';
import { addCalls } from '../../src/store/profileSources.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';

const DAY_MS = 86_400_000;

describe('health/sources', () => {
  let deps: TestDeps;

  beforeEach(async () => {
    deps = await testDeps();
  });

  it('warns before a token expires, alarms afterwards, and ignores disabled sources', async () => {
    const id = await add('JumpCloud', deps.now() + 40 * DAY_MS);
    expect(await texts()).to.deep.equal([]);
    deps.clock.advance(20 * DAY_MS);
    expect(await texts()).to.deep.equal(['warning: The token of JumpCloud expires in 20 days']);
    deps.clock.advance(20 * DAY_MS);
    expect(await texts()).to.deep.equal(['danger: All tokens of JumpCloud have expired']);
    await setSourceActive(deps, id, false);
    expect(await texts()).to.deep.equal([]);
  });

  it('finds a source that stopped sending requests, but not one that never sent any', async () => {
    const id = await add('Okta', null);
    deps.clock.advance(30 * DAY_MS);
    expect(await texts()).to.deep.equal([]);
    await addCalls(deps.store.db, id, { day: 0, calls: 1, failures: 0, at: deps.now() - 15 * DAY_MS });
    expect(await texts()).to.deep.equal(['warning: Okta has sent no requests for 15 days']);
  });

  async function add(name: string, expiresAt: number | null): Promise<string> {
    const added = await addSource(deps, { name }, expiresAt);
    if (!added.ok) throw new Error('not added');
    return added.value.source.id;
  }

  async function texts(): Promise<string[]> {
    return (await checkSources(deps)).map(({ severity, text }) => `${severity}: ${text}`);
  }
});
