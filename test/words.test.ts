import { expect } from 'chai';
import { proseOf } from './support/proseOf.ts';
import { filesIn, read } from './support/sourceFiles.ts';

/** Where words are looked for: texts as they are, and of TypeScript the strings and comments. */
const folders = ['docs', 'certs', 'views', 'src', 'demo', 'public', 'scripts', 'bench', 'bin', 'test'];
const text = /\.(md|ejs|css|js|mjs|ts)$/;

/** What lists the words itself, and what a run of the demo leaves. */
const exempt = ['docs/glossary.md', 'test/words.test.ts', 'demo/data/'];

/** Where a message from a provider would be called an answer; it is a SAML response. */
const aboutSaml =
  /^(src|views)\/(saml|federation|intranet)\/|^views\/settings\/(saml|activity)\/|^docs\/(saml|reasons)\.md$/;

const discouraged = patternOf(listedWords());
const answer = patternOf(['answer', 'answers', 'answered']);

describe('words', () => {
  it('are those of the glossary', () => {
    const found = filesToRead().flatMap((file) => faultsOf(file, read(file)));
    expect(found, found.join('\n')).to.be.empty;
  });

  it('call a SAML response a response', () => {
    const found = filesToRead()
      .filter((file) => aboutSaml.test(file))
      .flatMap((file) => faultsOf(file, read(file), answer));
    expect(found, found.join('\n')).to.be.empty;
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
function faultsOf(file: string, content: string, pattern = discouraged): string[] {
  const prose = (/\.(ts|mjs|js)$/.test(file) ? proseOf(content) : content).replaceAll('Log-In', '------');
  return [...prose.matchAll(pattern)].map(({ 0: found, index }) => {
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
  const glossary = read('docs/glossary.md');
  const [, section = ''] = glossary.split('## Discouraged words\n');
  const list = section.split(/\n{2,}/).find((paragraph) => paragraph.includes(' · ')) ?? '';
  const items = list.replace(/\([^)]*\)/g, '').split('·');
  return items.map((item) => item.trim().replace(/\s+/g, ' '));
}

function filesToRead(): string[] {
  const below = folders
    .flatMap((folder) => filesIn(folder, text))
    .filter((file) => !exempt.some((start) => file.startsWith(start)));
  return [...filesIn('.', /\.md$/, false), ...below];
}
