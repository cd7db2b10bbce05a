import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';

const root = join(import.meta.dirname, '..');

/** The last commit before the rule. */
const BEFORE = '7479b98';

const MAX_LENGTH = 72;

/** Imperatives that look like another form of a verb. */
const IMPERATIVES = /^(Bring|Embed|Exceed|Feed|Need|Proceed|Seed|Shed|Speed|Spring|String|Bias|Canvas|Focus)$/;

describe('commit titles', () => {
  it('are short imperatives', () => {
    const found = commits().flatMap(({ hash, title }) => faultsOf(title).map((fault) => `${hash} ${title}: ${fault}`));
    expect(found, found.join('\n')).to.be.empty;
  });

  for (const [title, fault] of [
    ['End sessions when a person is reactivated', undefined],
    ['Address every review comment', undefined],
    ['Bring the list up to date', undefined],
    [`A${'a'.repeat(72)}`, 'longer than 72 characters'],
    ['End sessions.', 'ends with a period'],
    ['end sessions', 'does not start with a capital'],
    ['Ended sessions', 'is not an imperative'],
    ['Ending sessions', 'is not an imperative'],
    ['Ends sessions', 'is not an imperative'],
  ])
    it(`${fault ? 'refuse' : 'allow'} "${title?.slice(0, 50)}"`, () => {
      expect(faultsOf(title ?? ''))
        .to.include.members(fault ? [fault] : [])
        .and.have.length(fault ? 1 : 0);
    });
});

function faultsOf(title: string): string[] {
  const [first = ''] = title.split(' ');
  return [
    ...(title.length > MAX_LENGTH ? [`longer than ${MAX_LENGTH} characters`] : []),
    ...(title.endsWith('.') ? ['ends with a period'] : []),
    ...(/^[A-Z]/.test(title) ? [] : ['does not start with a capital']),
    ...(/(ed|ing|[^s]s)$/.test(first) && !IMPERATIVES.test(first) ? ['is not an imperative'] : []),
  ];
}

/** The commits since the rule, as far as there is a history: a shallow clone has the last ones, a copy of the files has none. */
function commits(): { hash: string; title: string }[] {
  const range = rangeToCheck();
  if (range === undefined) return [];
  const log = git('log', '--no-merges', '--format=%h %s', range);
  if (log === undefined) throw new Error('git log failed.');
  return log
    .split('\n')
    .filter(Boolean)
    .map((line) => ({ hash: line.slice(0, line.indexOf(' ')), title: line.slice(line.indexOf(' ') + 1) }));
}

function rangeToCheck(): string | undefined {
  if (!existsSync(join(root, '.git'))) return undefined;
  if (git('merge-base', '--is-ancestor', BEFORE, 'HEAD') !== undefined) return `${BEFORE}..HEAD`;
  return git('rev-parse', '--is-shallow-repository') === 'true' ? 'HEAD' : undefined;
}

/** What git prints, or undefined if it fails. Another owner of the files, as in a container, does not matter for reading. */
function git(...args: string[]): string | undefined {
  try {
    const command = ['-c', 'safe.directory=*', ...args];
    return execFileSync('git', command, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return undefined;
  }
}
