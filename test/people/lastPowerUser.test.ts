import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { createJob } from '../../src/jobs/jobs.ts';
import { runJob } from '../../src/jobs/worker.ts';
import { personAttributes } from '../../src/people/attributes.ts';
import { personInputOf } from '../../src/people/form.ts';
import { LAST_POWER_USER, LAST_WITH_PASSWORD } from '../../src/people/lastPowerUser.ts';
import { setPassword } from '../../src/people/localPassword.ts';
import { changePerson, removeUser, setActive } from '../../src/people/users.ts';
import { countPowerUsers, findPasswordHash, findUser, type User } from '../../src/store/users.ts';
import { runCli } from '../cli/support/runCli.ts';
import { patch } from '../scim/support/patch.ts';
import { openScimServer, type ScimServer } from '../scim/support/scimServer.ts';
import { aUser, insertUser } from '../support/rows.ts';
import { withStores } from '../support/stores.ts';
import { tempFolder } from '../support/tempFolder.ts';

/** Tries to take power from a person. Returns what tells why not; a test looks for the sentence in it. */
type Path = (scim: ScimServer, user: User) => Promise<unknown>;

/** Every path for a person that no profile source manages. */
const byHand: Record<string, Path> = {
  'the screen that deactivates': ({ deps }, { id }) => setActive(deps, id, false).catch(messageOf),
  'the screen that deletes': ({ deps }, { id }) => removeUser(deps, id).catch(messageOf),
  'the form': ({ deps }, user) =>
    changePerson(deps, user.id, user.version, { ...personInputOf(user, personAttributes), userType: 'Intranet User' }),
  'the screen of the password': ({ deps }, { id }) => setPassword(deps, id, undefined),
  'a bulk deactivation': ({ deps }, { id }) => jobOf(deps, 'deactivate', id),
  'a bulk deletion': ({ deps }, { id }) => jobOf(deps, 'remove', id),
  'a CSV file that deactivates': ({ deps }, { userName }) => csv(deps, `userName,active\n${userName},no\n`),
  'a CSV file that changes the type': ({ deps }, { userName }) =>
    csv(deps, `userName,userType\n${userName},Intranet User\n`),
  'the command line': ({ deps }, { userName }) => runCli(deps, ['user', 'deactivate', userName]),
};

/** Every path for a person that the source created, which may grant Power User. */
const bySource: Record<string, Path> = {
  'PATCH active': (scim, { id }) => change(scim, id, { op: 'replace', value: { active: 'False' } }),
  'PATCH userType': (scim, { id }) => change(scim, id, { op: 'replace', path: 'userType', value: 'Intranet User' }),
  'PATCH that removes userType': (scim, { id }) => change(scim, id, { op: 'remove', path: 'userType' }),
  'PATCH that removes the password': (scim, { id }) => change(scim, id, { op: 'remove', path: 'password' }),
  'PUT active': (scim, { id, userName }) => refusal(scim, 'PUT', `/Users/${id}`, { userName, active: false }),
  'PUT userType': (scim, { id, userName }) =>
    refusal(scim, 'PUT', `/Users/${id}`, { userName, userType: 'Non Intranet User' }),
  DELETE: (scim, { id }) => refusal(scim, 'DELETE', `/Users/${id}`),
  'a bulk PATCH': async (scim, { id }) => {
    const data = patch({ op: 'replace', path: 'active', value: false });
    const { body } = await scim.call('POST', '/Bulk', {
      Operations: [{ method: 'PATCH', path: `/Users/${id}`, data }],
    });
    return body.Operations;
  },
  'removing the source': ({ deps, sourceId }) => runCli(deps, ['scim', 'remove', sourceId, '--deactivate-people']),
};

const paths = [
  ...Object.entries(byHand).map(([name, take]) => ({ name, take, managed: false })),
  ...Object.entries(bySource).map(([name, take]) => ({ name, take, managed: true })),
];

describe('people/lastPowerUser', () => {
  withStores((open) => {
    let scim: ScimServer;

    beforeEach(async () => {
      scim = await openScimServer(await open(), { mayGrantPowerUser: true });
    });

    for (const { name, take, managed } of paths) {
      it(`keeps the last Power User with a password: ${name}`, async () => {
        await powerUser({}, null);
        const chief = await powerUser(managed ? managedBySource() : {}, 'a hash');
        expect(JSON.stringify(await take(scim, chief))).to.contain(LAST_WITH_PASSWORD);
        expect(await isIntact(chief)).to.equal(true);
      });

      it(`lets one of two go: ${name}`, async () => {
        await powerUser({}, 'a hash');
        const chief = await powerUser(managed ? managedBySource() : {}, 'a hash');
        expect(JSON.stringify(await take(scim, chief))).to.not.contain(LAST_WITH_PASSWORD);
        expect(await isIntact(chief)).to.equal(false);
      });

      if (!name.includes('password'))
        it(`keeps the last active Power User, who has no password: ${name}`, async () => {
          const chief = await powerUser(managed ? managedBySource() : {}, null);
          expect(JSON.stringify(await take(scim, chief))).to.contain(LAST_POWER_USER);
          expect(await findUser(scim.deps.store.db, chief.id)).to.include({ active: true, userType: 'Power User' });
        });
    }

    it('keeps one of two if two paths run at once', async () => {
      const takers = paths.filter(({ name }) => !/CSV|command|removing|job|bulk/.test(name));
      for (const [index, one] of takers.entries()) {
        const other = takers[(index * 7 + 3) % takers.length] ?? one;
        const both = await Promise.all(
          [one, other].map(async ({ take, managed }) => ({
            take,
            user: await powerUser(managed ? managedBySource() : {}, 'a hash'),
          })),
        );
        await Promise.all(both.map(({ take, user }) => take(scim, user)));
        const left = await Promise.all(both.map(({ user }) => isIntact(user)));
        expect(left.filter(Boolean), `${one.name}, ${other.name}`).to.have.lengthOf(1);
        for (const { user } of both) await scim.deps.store.db.deleteFrom('users').where('id', '=', user.id).execute();
      }
    });

    it('lets an operator deactivate even the last one with --force', async () => {
      const chief = await powerUser({}, 'a hash');
      const { code, complained } = await runCli(scim.deps, ['user', 'deactivate', chief.userName, '--force']);
      expect({ code, complained }).to.deep.equal({
        code: 0,
        complained: 'Warning: No Power User is active. Add one with user add, or restart the server for a setup link.',
      });
      expect(await countPowerUsers(scim.deps.store.db)).to.include({ active: 0 });
    });

    it('does not keep people without power, nor the password of an inactive Power User', async () => {
      await powerUser({}, null);
      const [inactive, plain] = [
        await powerUser({ active: false }, 'a hash'),
        await powerUser({ userType: 'Intranet User' }, 'a hash'),
      ];
      for (const { id } of [inactive, plain])
        expect(await setPassword(scim.deps, id, undefined)).to.include({ ok: true });
      for (const { id } of [inactive, plain]) expect(await removeUser(scim.deps, id)).to.include({ id });
    });

    async function powerUser(values: Partial<User>, passwordHash: string | null): Promise<User> {
      const user = aUser({ userType: 'Power User', ...values });
      await insertUser(scim.deps.store.db, user, passwordHash);
      return user;
    }

    function managedBySource(): Partial<User> {
      return { sourceId: scim.sourceId, creatorId: scim.sourceId };
    }

    async function isIntact({ id }: User): Promise<boolean> {
      const user = await findUser(scim.deps.store.db, id);
      const hash = await findPasswordHash(scim.deps.store.db, id);
      return Boolean(user?.active) && user?.userType === 'Power User' && hash !== undefined;
    }
  });
});

async function jobOf(deps: ScimServer['deps'], kind: 'deactivate' | 'remove', id: string): Promise<unknown> {
  const { id: job } = await createJob(deps, { kind, input: {}, items: [id] }, 'a test');
  await runJob(deps, job);
  return deps.store.db.selectFrom('jobItems').selectAll().where('jobId', '=', job).execute();
}

async function csv(deps: ScimServer['deps'], text: string): Promise<unknown> {
  const file = join(tempFolder(), 'people.csv');
  writeFileSync(file, text);
  return runCli(deps, ['people', 'import', file]);
}

function change(scim: ScimServer, id: string, operation: unknown): Promise<unknown> {
  return refusal(scim, 'PATCH', `/Users/${id}`, patch(operation));
}

async function refusal(scim: ScimServer, method: string, path: string, body?: unknown): Promise<unknown> {
  const reply = await scim.call(method, path, body);
  expect(reply.status).to.be.oneOf([200, 204, 409]);
  return reply.body;
}

function messageOf(error: Error): string {
  return error.message;
}
