import { once } from 'node:events';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { openStore } from '../src/db/open.ts';
import { recommendedCost, verifyPassword } from '../src/login/passwords.ts';
import { findPasswordHash } from '../src/store/users.ts';
import { type Outcome, outcomeOf, startChild } from './support/childProcess.ts';
import { commandLine, runCommandLine, startServer } from './support/program.ts';
import { freshDatabaseUrl } from './support/stores.ts';
import { tempFolder } from './support/tempFolder.ts';

const metadata = pathTo('federation/metadata/fixtures/jumpcloud.xml');

type Options = { input?: string; env?: Record<string, string> };

describe('the command line', function () {
  this.timeout(90_000); // each starts several processes

  let dataDir: string;

  beforeEach(() => {
    dataDir = tempFolder();
  });

  const anteroom = (args: string[], { input = '', env = {} }: Options = {}): Promise<Outcome> =>
    runCommandLine(args, { DATA_DIR: dataDir, ...env }, input);

  /** Returns what a command prints with --json. It must print nothing else. */
  const json = async (args: string[], options: Options = {}) => {
    const { code, stdout, stderr } = await anteroom([...args, '--json'], options);
    expect({ code, stderr }, args.join(' ')).to.deep.equal({ code: 0, stderr: '' });
    return JSON.parse(stdout);
  };

  const refusal = async (args: string[], options: Options = {}) => {
    const { code, stdout, stderr } = await anteroom(args, options);
    expect(stdout, args.join(' ')).to.equal('');
    return { code, says: stderr.trimEnd() };
  };

  it('works before the first start of the server', async () => {
    const added = await json(['user', 'add', '--user-name', 'anna', '--type', 'Power User', '--password-stdin'], {
      input: 'correct horse battery\n',
    });
    expect(added).to.include({ userName: 'anna', userType: 'Power User', active: true, email: null });
    const [domain, ...others] = await json(['domain', 'list']);
    expect(domain).to.include({
      url: 'http://localhost:3000',
      acsUrl: 'http://localhost:3000/saml/acs',
      autoLogin: false,
    });
    expect(others).to.deep.equal([]);
    expect(existsSync(join(dataDir, 'secret.key'))).to.equal(true);
    const store = await openStore(`sqlite:${dataDir}/anteroom.db`);
    const hash = await findPasswordHash(store.db, added.id);
    await store.close();
    expect(await verifyPassword({ passwordCost: recommendedCost }, 'correct horse battery', hash)).to.equal(true);
  });

  it('refuses to create a second database or key beside those of a server, and takes its environment from a file', async () => {
    const folder = tempFolder();
    const here = (args: string[]) => runCommandLine(args, {}, '', folder);
    const refused = await here(['user', 'list']);
    expect({ code: refused.code, stdout: refused.stdout }).to.deep.equal({ code: 1, stdout: '' });
    expect(refused.stderr).to.match(/^There is no database of a server in .+ --env-file FILE/);
    expect(readdirSync(folder)).to.deep.equal([]);
    const file = join(folder, 'anteroom.env');
    writeFileSync(file, `DATA_DIR=${dataDir}\n`);
    expect((await here(['--env-file', file, 'user', 'add', '--user-name', 'anna'])).code).to.equal(0);
    expect((await json(['user', 'list'])).map(({ userName }: { userName: string }) => userName)).to.deep.equal([
      'anna',
    ]);
    expect((await here(['user', 'list', '--env-file', `${file}.none`])).stderr).to.include(`${file}.none`);
  });

  it('works in a folder where a server was started without configuration', async () => {
    const folder = tempFolder();
    const file = join(folder, 'anteroom.env');
    writeFileSync(file, 'LOG_LEVEL=error\n');
    const { child, ended } = await startServer({}, ['--env-file', file], folder);
    const added = await runCommandLine(['user', 'add', '--user-name', 'anna'], {}, '', folder);
    expect({ code: added.code, stderr: added.stderr }).to.deep.equal({ code: 0, stderr: '' });
    expect(readdirSync(folder).sort()).to.deep.equal(['anteroom.env', 'data']);
    child.kill();
    expect((await ended).code).to.equal(0);
  });

  it('ends quietly when nobody reads what it prints', async () => {
    await json(['user', 'add', '--user-name', 'anna']);
    const ends = [['user', 'list'], ['people', 'export', '--json'], ['--help']].map((args) => {
      const child = startChild(commandLine, args, { DATA_DIR: dataDir, DATABASE_URL: '' });
      child.stdout.destroy();
      return outcomeOf(child);
    });
    for (const end of await Promise.all(ends)) expect(end).to.deep.equal({ code: 0, stdout: '', stderr: '' });
  });

  it('does not add a domain to existing ones', async () => {
    await json(['domain', 'list'], { env: { PUBLIC_URL: 'https://intranet.acme.com' } });
    const domains: { url: string }[] = await json(['domain', 'list']);
    expect(domains.map(({ url }) => url)).to.deep.equal(['https://intranet.acme.com']);
  });

  it('exits with 2 for an invalid command line, before it opens the database', async () => {
    expect((await refusal(['user', 'list', '--loud'])).code).to.equal(2);
    expect(existsSync(join(dataDir, 'anteroom.db'))).to.equal(false);
  });

  it('lists configuration errors, and reports a database that cannot be reached', async () => {
    const production = await refusal(['user', 'list'], { env: { NODE_ENV: 'production' } });
    expect(production.code).to.equal(1);
    expect(production.says).to.match(/PUBLIC_URL is required/);
    const unreachable = await refusal(['user', 'list'], {
      env: { DATABASE_URL: 'postgres://someone:hunter2@127.0.0.1:1/db' },
    });
    expect(unreachable.code).to.equal(1);
    expect(unreachable.says)
      .to.match(/^The database could not be opened: /)
      .and.not.to.include('hunter2');
  });

  for (const engine of ['sqlite', 'postgres'] as const) {
    it(`takes effect on a running server immediately (on ${engine})`, async () => {
      const env = { DATABASE_URL: await freshDatabaseUrl(engine), PUBLIC_URL: 'http://localhost:3000' };
      const { port } = await startServer({ ...env, DATA_DIR: dataDir });
      const page = () => get(port, 'intranet.acme.com', '/login');
      expect((await page()).status).to.equal(421);
      await json(['domain', 'add', 'http://intranet.acme.com'], { env });
      expect((await page()).status).to.equal(200);
      await json(['idp', 'import', metadata, '--name', 'Company account', '--button'], { env });
      expect((await page()).body).to.include('Company account');
    });
  }
});

function pathTo(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}

async function get(port: number, host: string, path: string): Promise<{ status: number | undefined; body: string }> {
  const req = request({ host: '127.0.0.1', port, path, headers: { host } }).end();
  const [res] = await once(req, 'response');
  let body = '';
  for await (const chunk of res) body += chunk;
  return { status: res.statusCode, body };
}
