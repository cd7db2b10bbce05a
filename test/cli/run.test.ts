import { expect } from 'chai';
import { runCommand } from '../../src/cli/run.ts';
import { NotFound } from '../../src/errors.ts';
import { addPerson } from '../support/anteroom.ts';
import { testDeps } from '../support/testDeps.ts';
import { runCli } from './support/runCli.ts';

describe('cli/run', () => {
  for (const [args, sentence] of [
    [[], /^Usage: anteroom \[--env-file FILE\] COMMAND/],
    [['fly'], /^Unknown command: fly\. See: anteroom --help$/],
    [['user', 'fly'], /^Unknown command: user fly\./],
    [['user', 'list', '--loud'], /^Unknown option '--loud'\. See: anteroom user list --help$/],
    [['user', 'add', '--user-name'], /^Option '--user-name <value>' argument missing\. See: anteroom user add --help$/],
    [['user', 'deactivate'], /^Missing argument: NAME\./],
    [['user', 'deactivate', 'a', 'b'], /^Unexpected argument: b\./],
    [['idp', 'set', 'a'], /^Missing argument: KEY=VALUE…\./],
  ] as [string[], RegExp][])
    it(`explains an invalid command line without opening the database: ${args.join(' ')}`, async () => {
      const { code, out, err } = await withoutDatabase(args);
      expect(err).to.match(sentence);
      expect({ code, out }).to.deep.equal({ code: 2, out: '' });
    });

  it('shows the help of all commands, of a group and of each command without opening the database', async () => {
    const help = async (...args: string[]) => {
      const { code, out, err } = await withoutDatabase([...args, '--help']);
      expect({ code, err }).to.deep.equal({ code: 0, err: '' });
      return out;
    };
    const names = [...(await help()).matchAll(/^ {2}(\w+(?: [a-z-]+)+) /gm)].map(([, name = '']) => name);
    expect(names).to.have.length.greaterThan(12).and.to.include('domain keys next');
    for (const name of names) expect(await help(...name.split(' '))).to.include(`Usage: anteroom ${name}`);
    expect(await help('user'))
      .to.include('user add')
      .and.not.to.include('idp');
    expect(await help('domain', 'keys'))
      .to.include('domain keys switch')
      .and.not.to.include('domain add');
  });

  it('prints the message of an error and exits with 1', async () => {
    const io = { input: () => Promise.reject(new Error('input')), out: () => {}, progress: () => {}, osUser: 'root' };
    for (const error of [new NotFound('This group does not exist.'), new Error('The database could not be opened.')]) {
      const said: string[] = [];
      const open = () => Promise.reject(error);
      expect(await runCommand(['user', 'list'], { ...io, open, err: (text) => said.push(text) })).to.equal(1);
      expect(said).to.deep.equal([error.message]);
    }
  });

  it('replaces control characters in its output', async () => {
    const deps = await testDeps();
    await addPerson(deps, { userName: 'zoe', displayName: 'zoe\u202Eeve' });
    expect((await runCli(deps, ['user', 'list'])).printed)
      .to.include('zoe\u{fffd}eve')
      .and.not.to.include('\u202E');
  });

  it('replaces them in sentences, warnings and errors too, but not in JSON', async () => {
    const deps = await testDeps();
    await addPerson(deps, { userName: 'zoe', displayName: 'zoe\u202Eeve' });
    expect((await runCli(deps, ['user', 'deactivate', 'zoe'])).printed).to.equal('zoe\u{fffd}eve is deactivated.');
    expect((await runCli(deps, ['user', 'activate', 'a\u001b[2J'])).complained).to.equal(
      'No person has the user name a\u{fffd}[2J.',
    );
    for (const args of [['--json'], []])
      expect((await runCli(deps, ['person', 'export', 'zoe', ...args])).printed).to.include('"zoe\u202Eeve"');
  });

  it('finds what a command is about before it reads a password from standard input', async () => {
    const deps = await testDeps();
    const said: string[] = [];
    const io = { input: () => Promise.reject(new Error('It read standard input.')), out: () => {}, progress: () => {} };
    const open = async () => ({ ...deps, store: { ...deps.store, close: async () => {} } });
    const args = ['user', 'set-password', 'nobody', '--password-stdin'];
    expect(await runCommand(args, { ...io, open, err: (text) => said.push(text), osUser: 'root' })).to.equal(1);
    expect(said).to.deep.equal(['No person has the user name nobody.']);
  });

  it('closes the database, also if a command fails', async () => {
    const deps = await testDeps();
    for (const [args, expected] of [
      [['user', 'list'], 0],
      [['user', 'deactivate', 'nobody'], 1],
    ] as const) {
      let closed = 0;
      const close = async () => {
        closed += 1;
      };
      const open = async () => ({ ...deps, store: { ...deps.store, close } });
      const io = {
        open,
        input: async () => Buffer.alloc(0),
        out: () => {},
        err: () => {},
        progress: () => {},
        osUser: 'root',
      };
      expect([await runCommand([...args], io), closed]).to.deep.equal([expected, 1]);
    }
  });
});

/** Runs a command that must not open the database or read standard input. */
async function withoutDatabase(args: string[]): Promise<{ code: number; out: string; err: string }> {
  const said = { out: '', err: '' };
  const code = await runCommand(args, {
    open: () => Promise.reject(new Error('It opened the database.')),
    input: () => Promise.reject(new Error('It read standard input.')),
    out: (text) => {
      said.out += text;
    },
    err: (text) => {
      said.err += text;
    },
    progress: () => {},
    osUser: 'root',
  });
  return { code, ...said };
}
