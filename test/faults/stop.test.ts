import { once } from 'node:events';
import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { openStore } from '../../src/db/open.ts';
import { listTraffic } from '../../src/store/loginTraffic.ts';
import type { Outcome } from '../support/childProcess.ts';
import { whenDone } from '../support/cleanup.ts';
import { type Program, runCommandLine, startServer } from '../support/program.ts';
import { freshDatabaseUrl } from '../support/stores.ts';
import { tempFolder } from '../support/tempFolder.ts';

const BASE = '/api/v2/scim/v2';
const CLIENTS = 4;

type Reply = { status: number | undefined; connection: string | undefined; ok: boolean };

for (const engine of ['sqlite', 'postgres'] as const)
  describe(`SIGTERM to a server under load (${engine})`, () => {
    let databaseUrl: string;
    let program: Program;
    let token: string;
    let env: Record<string, string>;

    beforeEach(async () => {
      databaseUrl = await freshDatabaseUrl(engine);
      env = { DATABASE_URL: databaseUrl, DATA_DIR: tempFolder(), PUBLIC_URL: 'http://localhost:3000' };
      program = await startServer({ ...env, LOG_LEVEL: 'warn' });
      const added = await runCommandLine(['scim', 'add', 'Load', '--json'], env);
      token = JSON.parse(added.stdout).token;
    });

    function open(agent: Agent, method: string, path: string): ClientRequest {
      const headers = { host: 'localhost:3000', authorization: `Bearer ${token}`, 'content-type': 'application/json' };
      return request({ host: '127.0.0.1', port: program.port, agent, method, path: BASE + path, headers });
    }

    /** Sends one request on a connection of its agent. */
    async function send(agent: Agent, method: string, path: string, body?: object): Promise<Reply> {
      const sent = open(agent, method, path);
      sent.end(body && JSON.stringify(body));
      const [response] = (await once(sent, 'response')) as [IncomingMessage];
      for await (const _ of response);
      return { status: response.statusCode, connection: response.headers.connection, ok: response.complete };
    }

    /** Sends requests without a pause until a response says that the connection is closed. */
    async function useUntilClosed(client: number): Promise<Reply[]> {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      whenDone(() => agent.destroy());
      const replies: Reply[] = [];
      do {
        const userName = `load-${client}-${replies.length}`;
        const isWrite = replies.length % 2 === 0;
        if (isWrite) replies.push(await send(agent, 'POST', '/Users', { userName }));
        else replies.push(await send(agent, 'GET', '/Users?count=1'));
        if (client === 0 && replies.length === 20) program.child.kill('SIGTERM');
      } while (replies.at(-1)?.connection === 'keep-alive');
      return replies;
    }

    it('cuts nothing, takes no new connections, writes the whole SCIM log and exits with 0', async () => {
      const replies = (
        await Promise.all(Array.from({ length: CLIENTS }, (_, client) => useUntilClosed(client)))
      ).flat();
      expect(replies.filter(({ ok, status = 0 }) => !ok || status >= 300)).to.deep.equal([]);
      const { code, stderr, stdout }: Outcome = await program.ended;
      expect({ code, stderr, warnings: /.*"level":[4-6]0.*/.exec(stdout) }).to.deep.equal({
        code: 0,
        stderr: '',
        warnings: null,
      });
      const { db, close } = await openStore(databaseUrl);
      whenDone(close);
      const logged = await db.selectFrom('scimLog').select('id').where('method', '!=', '').execute();
      expect(logged.length).to.equal(replies.length);
    });

    it('writes the counts of logins that were sent a moment before', async () => {
      const metadata = fileURLToPath(new URL('../federation/metadata/fixtures/okta.xml', import.meta.url));
      const imported = await runCommandLine(['idp', 'import', metadata, '--json'], env);
      const agent = new Agent();
      const headers = { host: 'localhost:3000', 'sec-fetch-mode': 'navigate' };
      const path = `/saml/login/${JSON.parse(imported.stdout).id}`;
      const sent = request({ host: '127.0.0.1', port: program.port, agent, path, headers }).end();
      const [response] = (await once(sent, 'response')) as [IncomingMessage];
      response.resume();
      program.child.kill('SIGTERM');
      expect((await program.ended).code).to.equal(0);
      const { db, close } = await openStore(databaseUrl);
      whenDone(close);
      expect((await listTraffic(db, 0)).map((count) => count.sent)).to.deep.equal([1]);
    });

    it('ends at once at a second signal', async () => {
      const agent = new Agent({ keepAlive: true });
      whenDone(() => agent.destroy());
      const half = open(agent, 'POST', '/Users');
      half.on('error', () => {});
      half.write('{');
      await send(new Agent(), 'GET', '/Users'); // the server has read the first part
      program.child.kill('SIGTERM');
      await refusesConnections(program.port);
      program.child.kill('SIGINT');
      await program.ended;
      expect(program.child.signalCode).to.equal('SIGINT');
    });
  });

async function refusesConnections(port: number): Promise<void> {
  for (;;) {
    const sent = request({ host: '127.0.0.1', port, path: '/healthz', agent: false }).end();
    const refused = await once(sent, 'response').then(
      () => false,
      () => true,
    );
    if (refused) return;
  }
}
