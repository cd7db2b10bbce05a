import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { auditActions } from '../src/audit/actions.ts';
import { assignmentKeys } from '../src/cli/providerAssignments.ts';
import { runCommand } from '../src/cli/run.ts';
import { variables } from '../src/config.ts';
import { reasons } from '../src/federation/reasons.ts';
import { healthCodes } from '../src/health/item.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Created by the browser tests. */
const PICTURES = 'docs/images/';

const pages = [...markdownIn('.'), ...markdownIn('docs'), ...markdownIn('docs/decisions'), 'certs/README.md'];

describe('documents', () => {
  it('explain every reason, and no others', () => {
    const explained = [...read('docs/reasons.md').matchAll(/^\| `(\w+)` \|/gm)].map(([, code]) => code);
    expect(explained).to.have.members(Object.keys(reasons));
  });

  it('explain every health code, and no others', () => {
    const section = /^## What needs attention\n([\s\S]+?)\n## /m.exec(read('docs/operations.md'))?.[1] ?? '';
    const rows = [...section.matchAll(/^\| (`.+`) \|/gm)].map(([, codes = '']) => codes);
    const explained = rows.flatMap((codes) => codes.split(', ').map((code) => code.replaceAll('`', '')));
    expect(explained.filter((code) => code !== 'code')).to.have.members(Object.keys(healthCodes));
  });

  it('explain every action of the audit log in its words, and no others', () => {
    const explained = [...read('docs/audit.md').matchAll(/^\| `(\w+\.\w+)` \| (.+) \|$/gm)];
    expect(Object.fromEntries(explained.map(([, action, text]) => [action, text]))).to.deep.equal(auditActions);
  });

  it('explain every field of the Edit screen by its key, and no others', () => {
    const explained = [...read('docs/saml.md').matchAll(/^\| [^|]+ \| `([\w-]+)=/gm)].map(([, key]) => key);
    const known = [...assignmentKeys().matchAll(/^ {2}([\w-]+)=/gm)].map(([, key]) => key);
    expect(explained).to.have.members(known);
  });

  it('list the attributes that replace a transient NameID', () => {
    const list = /WELL_KNOWN_ATTRIBUTES = \[([^\]]+)\]/.exec(read('src/saml/verify/person.ts'))?.[1] ?? '';
    const names = [...list.matchAll(/'([^']+)'/g)].map(([, name]) => name);
    const written = /^<!-- attributes -->\n([\s\S]+?)\n\n/m.exec(read('docs/saml.md'))?.[1] ?? '';
    expect([...written.matchAll(/`([^`]+)`/g)].map(([, name]) => name)).to.deep.equal(names);
  });

  it('set only existing variables, and run only existing scripts', () => {
    const text = pages.map(read).join('\n');
    const set = [...read('docs/operations.md').matchAll(/^([A-Z][A-Z_]+)=/gm)].map(([, name]) => name);
    expect(set).to.include('DATA_DIR');
    expect(variables.map(({ name }) => name)).to.include.members(set);
    const run = [...text.matchAll(/npm run (?:-s )?([a-z]+)/g)].map(([, name]) => name);
    expect(Object.keys(JSON.parse(read('package.json')).scripts)).to.include.members(run);
  });

  it('describe one environment file, which only the account can read, for the service and the command line', () => {
    const page = read('docs/operations.md');
    const file = '/etc/anteroom/anteroom.env';
    for (const line of [
      `install --mode=0600 --owner=anteroom /dev/stdin ${file} `,
      `\nEnvironmentFile=${file}\n`,
      ` --env-file ${file} "$@"`,
      '\nRestartSec=',
      '\nStartLimitIntervalSec=0\n',
    ])
      expect(page).to.include(line);
    expect(page).not.to.match(/^Environment=/m);
  });

  it('name only files and folders that exist, in the architecture', () => {
    const files = sourceFiles();
    const named = [...read('docs/architecture.md').matchAll(/`([\w-]+(?:\/[\w-]+)+\/?)`/g)].map(
      ([, name = '']) => name,
    );
    expect(named).to.include('verify/pipeline');
    const startOf = (name: string) => (name.endsWith('/') ? `/${name}` : `/${name}.ts`);
    expect(named.filter((name) => !files.some((file) => file.includes(startOf(name))))).to.deep.equal([]);
  });

  it('list every decision by its title', () => {
    const index = read('docs/decisions/README.md');
    const records = markdownIn('docs/decisions').filter((page) => !page.endsWith('README.md'));
    const lines = records.map((page) => `- [${read(page).slice(2).split('\n')[0]}](${basename(page)})`);
    expect(index.match(/^- .+$/gm)).to.have.members(lines);
  });

  it('have no broken links', () => {
    const broken = pages.flatMap((page) => linksOf(page).filter((target) => !existsSync(join(root, target))));
    expect(broken).to.deep.equal([]);
  });

  it('quote log messages and errors that are in the code', () => {
    const code = sourceFiles().map(read).join('\n');
    const forms = [
      /^\| `([^`]+)` \| (?:info|warn|error)/gm,
      /^\| ([A-Z][^|]+?)(?:: …|\.) \|/gm,
      /^"([^"]+)" \(\d+\)/gm,
    ];
    const quoted = forms.flatMap((form) => [...read('docs/operations.md').matchAll(form)].map(([, text = '']) => text));
    expect(quoted).to.have.length.greaterThan(10);
    expect(quoted.filter((text) => !code.includes(text))).to.deep.equal([]);
  });

  for (const command of commandsIn(pages))
    it(`use an existing command: ${command}`, async () => {
      const [, name = '', rest = ''] = /^([a-z][a-z-]*(?: [a-z][\w-]*)?)(.*)$/.exec(command) ?? [];
      const help = await helpOf(name.split(' '));
      for (const [, option = ''] of rest.matchAll(/ (--[\w-]+)/g)) expect(help).to.include(` ${option} `);
    });
});

function markdownIn(folder: string): string[] {
  const names = readdirSync(join(root, folder)).filter((name) => name.endsWith('.md'));
  return names.map((name) => join(folder, name));
}

function sourceFiles(): string[] {
  const entries = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' });
  return entries.filter((name) => name.endsWith('.ts')).map((name) => join('src', name));
}

function read(file: string): string {
  return readFileSync(join(root, file), 'utf8');
}

/** Returns the files that a page links to, as paths within the project. */
function linksOf(page: string): string[] {
  const targets = [...read(page).matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map(([, target = '']) => target);
  const own = targets.filter((target) => !/^\w+:/.test(target)).map((target) => join(dirname(page), target));
  return own.filter((target) => !target.startsWith(PICTURES));
}

/** Returns the distinct commands after `npm run -s anteroom --`, or after the shell function of docs/operations.md. */
function commandsIn(files: string[]): string[] {
  const calls = /(?:npm run -s anteroom --|^anteroom|`anteroom) ([^`\n]+)/gm;
  const found = files.flatMap((file) => [...read(file).matchAll(calls)]);
  const commands = found.map(([, command = '']) => command.replace(/ (\||<|#).*$/, '').trim());
  return [...new Set(commands)].filter((command) => /^[a-z]/.test(command));
}

async function helpOf(name: string[]): Promise<string> {
  let help = '';
  const unused = () => Promise.reject(new Error('help needs no database'));
  const write = (text: string) => {
    help += text;
  };
  const code = await runCommand([...name, '--help'], {
    open: unused,
    input: unused,
    out: write,
    err: write,
    progress: write,
    osUser: 'root',
  });
  expect(code, help).to.equal(0);
  return help;
}
