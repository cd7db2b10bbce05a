import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { expect } from 'chai';
import { proseOf } from './support/proseOf.ts';

const root = join(import.meta.dirname, '..');

/** Where words are looked for: texts as they are, and of TypeScript the strings and comments. */
const places = ['.', 'docs', 'certs', 'views', 'src', 'demo', 'public', 'scripts', 'bench', 'bin', 'test'];
const text = /\.(md|ejs|css|js|mjs|ts)$/;

/** The glossary lists the words itself. */
const exempt = ['docs/glossary.md', 'test/words.test.ts'];

/** Not reworded yet. */
const pending: string[] = [
  'test/e2e/',
  'CHANGELOG.md',
  'bench/',
  'docs/',
  'src/admin/',
  'src/cli/',
  'src/db/',
  'src/federation/',
  'src/intranet/',
  'src/jobs/',
  'src/login/',
  'src/people/',
  'src/scim/',
  'src/sources/',
  'src/store/',
  'src/web/',
  'test/admin/',
  'test/cli.test.ts',
  'test/db/',
  'test/intranet/',
  'test/jobs/',
  'test/login/',
  'test/people/',
  'test/scim/',
  'test/store/',
  'test/web/',
  'views/intranet/',
  'views/layout/',
  'views/settings/',
];

const discouraged = patternOf(listedWords());

describe('words', () => {
  it('are those of the glossary', () => {
    const found = filesToRead().flatMap((file) => faultsOf(file, readFileSync(join(root, file), 'utf8')));
    const wrong = found.filter((fault) => !pending.some((start) => fault.startsWith(start)));
    expect(wrong, wrong.join('\n')).to.be.empty;
  });

  it('are read from the glossary', () => {
    expect(listedWords()).to.include.members(['whom', 'by itself', 'sign-in', 'begun by']).and.not.include('say');
  });

  it('are found in strings, templates and comments, in any case and across lines, and nowhere else', () => {
    const code = `const whom = /whom/;
      const one = 'to Whom it belongs';
      const two = \`a \${\`whom \${whom}\`} b \${3 / whom / 2} by
        itself\`;
      /** The one that
       * came
       * into it. */
      // of whoever
      const label = "Log-In"; // whomever`;
    expect(faultsOf('a.ts', code)).to.deep.equal([
      'a.ts:2: whom',
      'a.ts:3: whom',
      'a.ts:3: by itself',
      'a.ts:6: came into',
      'a.ts:8: whoever',
    ]);
  });
});

/** Each discouraged word of a file, with its line. */
function faultsOf(file: string, content: string): string[] {
  const prose = (/\.(ts|mjs|js)$/.test(file) ? proseOf(content) : content).replaceAll('Log-In', '------');
  return [...prose.matchAll(discouraged)].map(({ 0: found, index }) => {
    const line = prose.slice(0, index).split('\n').length;
    return `${file}:${line}: ${found.toLowerCase().replace(/\s+/g, ' ')}`;
  });
}

function patternOf(phrases: string[]): RegExp {
  const anyOf = phrases.map((phrase) => phrase.replaceAll(' ', '\\s+')).join('|');
  return new RegExp(`(?<![\\w-])(?:${anyOf})(?![\\w-])`, 'gi');
}

/** The list under "Discouraged words", without its hints. */
function listedWords(): string[] {
  const glossary = readFileSync(join(root, 'docs/glossary.md'), 'utf8');
  const [, section = ''] = glossary.split('## Discouraged words\n');
  const list = section.split(/\n{2,}/).find((paragraph) => paragraph.includes(' · ')) ?? '';
  const items = list.replace(/\([^)]*\)/g, '').split('·');
  return items.map((item) => item.trim().replace(/\s+/g, ' '));
}

function filesToRead(): string[] {
  const found = places.flatMap((place) =>
    readdirSync(join(root, place), { recursive: place !== '.', withFileTypes: true }),
  );
  return found
    .filter((entry) => entry.isFile() && text.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((file) => !exempt.includes(file) && !file.startsWith('demo/data/'));
}
