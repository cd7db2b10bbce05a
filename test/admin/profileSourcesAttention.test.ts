import { expect } from 'chai';
import { findSourceAttention } from '../../src/admin/profileSourcesAttention.ts';
import { addSource, setSourceActive } from '../../src/directory/profileSources.ts';
import { addCalls } from '../../src/store/profileSources.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';

const DAY_MS = 86_400_000;

describe('admin/profileSourcesAttention', () => {
  let deps: TestDeps;

  beforeEach(async () => {
    deps = await testDeps();
  });

  it('warns before a token ends, alarms afterwards, and says nothing of an inactive source', async () => {
    const id = await add('JumpCloud', deps.now() + 40 * DAY_MS);
    expect(await texts()).to.deep.equal([]);
    deps.clock.advance(20 * DAY_MS);
    expect(await texts()).to.deep.equal(['warning: The token of JumpCloud ends in 20 days']);
    deps.clock.advance(20 * DAY_MS);
    expect(await texts()).to.deep.equal(['danger: No token of JumpCloud is good any more']);
    await setSourceActive(deps, id, false);
    expect(await texts()).to.deep.equal([]);
  });

  it('says that a source stopped calling, but not that one never began', async () => {
    const id = await add('Okta', null);
    deps.clock.advance(30 * DAY_MS);
    expect(await texts()).to.deep.equal([]);
    await addCalls(deps.store.db, id, { day: 0, calls: 1, failures: 0, at: deps.now() - 15 * DAY_MS });
    expect(await texts()).to.deep.equal(['warning: Okta has not called for 15 days']);
  });

  async function add(name: string, expiresAt: number | null): Promise<string> {
    const added = await addSource(deps, { name }, expiresAt);
    if (!added.ok) throw new Error('not added');
    return added.value.source.id;
  }

  async function texts(): Promise<string[]> {
    return (await findSourceAttention(deps)).map(({ kind, text }) => `${kind}: ${text}`);
  }
});
