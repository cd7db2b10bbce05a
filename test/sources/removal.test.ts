import { expect } from 'chai';
import { createJob } from '../../src/jobs/jobs.ts';
import { runJob } from '../../src/jobs/worker.ts';
import { LAST_POWER_USER } from '../../src/people/lastPowerUser.ts';
import { findCallingSource } from '../../src/sources/callingSource.ts';
import { addSource } from '../../src/sources/profileSources.ts';
import { sourceEffects, sourceRemoval } from '../../src/sources/removal.ts';
import { findGroup, insertGroup } from '../../src/store/groups.ts';
import { type Job, listJobItems } from '../../src/store/jobs.ts';
import { findSource } from '../../src/store/profileSources.ts';
import { listScimLog } from '../../src/store/scimLog.ts';
import { findSession, writeSession } from '../../src/store/sessions.ts';
import { findUser, type User } from '../../src/store/users.ts';
import { aGroup, aSession, aUser, insertUser } from '../support/rows.ts';
import { withStores } from '../support/stores.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';

describe('sources/removal', () => {
  withStores((open) => {
    let deps: TestDeps;
    let id: string;
    let token: string;

    beforeEach(async () => {
      deps = await testDeps({ store: await open() });
      const added = await addSource(deps, { name: 'JumpCloud' });
      if (!added.ok) throw new Error('refused');
      ({ clientId: id, token } = added.value);
    });

    for (const people of ['keep', 'deactivate'] as const)
      it(`removes a source and its people are: ${people}`, async () => {
        const { db } = deps.store;
        const [managed, other] = [await insert({ sourceId: id }), await insert({})];
        const session = aSession(managed.id);
        await writeSession(db, session);
        const group = aGroup({ sourceId: id });
        await insertGroup(db, group);
        expect(await sourceEffects(deps, id)).to.deep.equal({ people: 1, activePeople: 1, groups: 1 });
        expect(await remove(people)).to.deep.include({ state: 'done', processed: 1, counts: { done: 1 } });
        expect(await findSource(db, id)).to.equal(undefined);
        expect(await findCallingSource(deps, token, '192.0.2.1')).to.include({ ok: false, reason: 'wrong_token' });
        expect(await findUser(db, managed.id)).to.include({ sourceId: null, active: people === 'keep' });
        expect((await findSession(db, session.id, session.createdAt)) === undefined).to.equal(people === 'deactivate');
        expect(await findUser(db, other.id)).to.deep.equal(other);
        expect(await findGroup(db, group.id)).to.include({ sourceId: null });
        const { rows } = await listScimLog(db, { sourceId: id }, { limit: 9 });
        const removals = rows.filter(({ event }) => event === 'idm_integration_delete').map(({ detail }) => detail);
        expect(removals).to.have.members(['The source was disabled.', 'The source was removed.']);
      });

    it('skips the last active Power User when people are deactivated, and names them on the job', async () => {
      const { db } = deps.store;
      const values = { userType: 'Power User', sourceId: id };
      const [maya, noor] = [await insert({ ...values, displayName: 'Maya Koch' }), await insert({ ...values })];
      await insert({ userType: 'Power User', active: false });
      const job = await remove('deactivate');
      expect(job).to.deep.include({ state: 'done', counts: { done: 1, refused: 1 } });
      const active = [await findUser(db, maya.id), await findUser(db, noor.id)].filter((user) => user?.active);
      expect(active).to.have.lengthOf(1);
      expect(active[0]).to.include({ sourceId: null });
      const [skipped, ...others] = await listJobItems(db, job.id, 'refused', { limit: 9, after: 0 });
      expect(skipped).to.include({ item: active[0]?.displayName ?? active[0]?.userName, reason: LAST_POWER_USER });
      expect(others).to.deep.equal([]);
      expect(await findSource(db, id)).to.equal(undefined);
    });

    it('disables the source before the job runs', async () => {
      await sourceRemoval(deps, id, 'keep');
      expect(await findCallingSource(deps, token, '192.0.2.1')).to.include({ reason: 'inactive_source' });
    });

    async function insert(values: Partial<User>): Promise<User> {
      const user = aUser(values);
      await insertUser(deps.store.db, user, null);
      return user;
    }

    async function remove(people: 'keep' | 'deactivate'): Promise<Job> {
      const { id: jobId } = await createJob(deps, await sourceRemoval(deps, id, people), 'Maya');
      return runJob(deps, jobId);
    }
  });
});
