import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { expect } from 'chai';
import { verifyAudit } from '../../src/audit/verify.ts';
import { openStore } from '../../src/db/open.ts';
import { addSource } from '../../src/sources/profileSources.ts';
import { addPerson, testPassword } from '../support/anteroom.ts';
import { whenDone } from '../support/cleanup.ts';
import { type Program, runCommandLine, startServer } from '../support/program.ts';
import { freshDatabaseUrl } from '../support/stores.ts';
import { tempFolder } from '../support/tempFolder.ts';
import { type TestDeps, testDeps, testSecretKey } from '../support/testDeps.ts';
import { inParallel } from './support/load.ts';

const HOST = 'localhost:3000';
const USERS = '/api/v2/scim/v2/Users';
const CLIENTS = 4;
const CREATED = 30; // before the server is killed

type Reply = { status: number; id?: string };

for (const engine of ['sqlite', 'postgres'] as const)
  describe(`a storm of changes and logins with a kill (${engine})`, () => {
    let env: Record<string, string>;
    let deps: TestDeps; // of another process with the same secret key
    let token: string;

    beforeEach(async () => {
      const databaseUrl = await freshDatabaseUrl(engine);
      const store = await openStore(databaseUrl);
      whenDone(() => store.close());
      deps = await testDeps({ store, at: Date.now() });
      await addPerson(deps, { userName: 'maya' });
      const added = await addSource(deps, { name: 'Load' });
      token = added.ok ? added.value.token : '';
      const secretKey = testSecretKey.toString('base64');
      env = { DATABASE_URL: databaseUrl, DATA_DIR: tempFolder(), PUBLIC_URL: `http://${HOST}`, SECRET_KEY: secretKey };
    });

    it('leaves an audit log that verifies, with an entry for each change that was committed', async () => {
      const killed = await startServer(env);
      const confirmed = new Set<string>();
      const commandLine = runCommandLine(['audit', 'keep', '365'], env);
      const statuses = new Set<number>();
      const logins = inParallel(2, () => untilKilled(async () => statuses.add((await logIn(killed)).status)));
      await inParallel(CLIENTS, (client) =>
        untilKilled(async (number) => {
          const { status, id = '' } = await changeUser(killed, 'POST', USERS, `p${client}-${number}`);
          if (status === 201) confirmed.add(id);
          if (number % 3 === 0) await changeUser(killed, 'PUT', `${USERS}/${id}`, `q${client}-${number}`);
          if (confirmed.size >= CREATED) killed.child.kill('SIGKILL');
        }),
      );
      await Promise.all([logins, commandLine, killed.ended]);

      const restarted = await startServer(env);
      confirmed.add((await changeUser(restarted, 'POST', USERS, 'after')).id ?? '');
      restarted.child.kill('SIGTERM');
      await restarted.ended;

      expect([...statuses]).to.deep.equal([303]);
      const { faults, last, newestCheckpoint } = await verifyAudit(deps);
      expect(faults).to.deep.equal([]);
      expect(newestCheckpoint?.seq, 'a clean stop seals and signs everything').to.equal(last);
      const { db } = deps.store;
      const people = await db.selectFrom('users').select('id').execute();
      const recorded = await db
        .selectFrom('auditEntries')
        .select('targetId')
        .where('action', '=', 'person.created')
        .execute();
      expect(recorded.map(({ targetId }) => targetId)).to.have.members(people.map(({ id }) => id));
      expect(recorded.map(({ targetId }) => targetId)).to.include.members([...confirmed]);
    }).timeout(120_000);

    /** Repeats work until a request fails because the server is gone. */
    async function untilKilled(work: (number: number) => Promise<unknown>): Promise<void> {
      for (let number = 1; ; number += 1)
        try {
          await work(number);
        } catch (error) {
          if (/ECONN|socket hang up|aborted/.test(String(error))) return;
          throw error;
        }
    }

    function changeUser(program: Program, method: string, path: string, userName: string): Promise<Reply> {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' };
      return send(program, method, path, headers, JSON.stringify({ userName }));
    }

    function logIn(program: Program): Promise<Reply> {
      const headers = { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' };
      const form = new URLSearchParams({ userName: 'maya', password: testPassword, return: '/' });
      return send(program, 'POST', '/local-login', headers, String(form));
    }
  });

async function send(
  { port }: Program,
  method: string,
  path: string,
  headers: Record<string, string>,
  body: string,
): Promise<Reply> {
  const options = { host: '127.0.0.1', port, method, path, headers: { host: HOST, ...headers } };
  const sent = request({ ...options, agent: new Agent() });
  sent.end(body);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of response) text += chunk;
  const isJson = /json/.test(response.headers['content-type'] ?? '');
  return { status: response.statusCode ?? 0, ...(isJson && { id: JSON.parse(text).id }) };
}
