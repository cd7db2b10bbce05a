import { expect } from 'chai';
import { runCommand } from '../../src/cli/run.ts';
import { NotFound } from '../../src/errors.ts';

describe('cli/run', () => {
  it('explains an invalid command line without opening the database', async () => {
    const misuses: [string[], RegExp][] = [
      [[], /^Usage: anteroom COMMAND/],
      [['fly'], /^Unknown command: fly\. See: anteroom --help$/],
      [['user', 'fly'], /^Unknown command: user fly\./],
      [['user', 'list', '--loud'], /^Unknown option '--loud'\. See: anteroom user list --help$/],
      [
        ['user', 'add', '--user-name'],
        /^Option '--user-name <value>' argument missing\. See: anteroom user add --help$/,
      ],
      [['user', 'deactivate'], /^Missing argument: NAME\./],
      [['user', 'deactivate', 'a', 'b'], /^Unexpected argument: b\./],
      [['idp', 'set', 'a'], /^Missing argument: KEY=VALUE…\./],
    ];
    for (const [args, sentence] of misuses) {
      const { code, out, err } = await run(args);
      expect(err).to.match(sentence);
      expect({ code, out }, args.join(' ')).to.deep.equal({ code: 2, out: '' });
    }
  });

  it('shows its help without a database', async () => {
    const help = async (...args: string[]) => {
      const { code, out, err } = await run([...args, '--help']);
      expect({ code, err }).to.deep.equal({ code: 0, err: '' });
      return out;
    };
    const names = [...(await help()).matchAll(/^ {2}(\w+) ([\w-]+) /gm)].map(([, noun = '', verb = '']) => [
      noun,
      verb,
    ]);
    expect(names).to.have.length.greaterThan(12);
    for (const [noun = '', verb = ''] of names)
      expect(await help(noun, verb)).to.include(`Usage: anteroom ${noun} ${verb}`);
    expect(await help('user'))
      .to.include('user add')
      .and.not.to.include('idp');
  });

  it('prints the message of an error and exits with 1', async () => {
    const io = { input: () => Promise.reject(new Error('input')), out: () => {} };
    for (const error of [new NotFound('This group does not exist.'), new Error('The database could not be opened.')]) {
      const said: string[] = [];
      const open = () => Promise.reject(error);
      expect(await runCommand(['user', 'list'], { ...io, open, err: (text) => said.push(text) })).to.equal(1);
      expect(said).to.deep.equal([error.message]);
    }
  });
});

/** Runs a command that must not open the database. */
async function run(args: string[]): Promise<{ code: number; out: string; err: string }> {
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
  });
  return { code, ...said };
}
