import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { chromiumPath } from '../../scripts/installChromium.ts';
import { whenDone } from '../support/cleanup.ts';

const root = join(import.meta.dirname, '..', '..');
const code = `import { chromiumPath } from './scripts/installChromium.ts';
  try { console.log('found', await chromiumPath(async (seconds) => console.log('pause', seconds))); }
  catch (error) { console.log('error', error.message); }`;

/** A machine whose PATH has only the programs that a test puts there. */
describe('installChromium', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'anteroom-path-')); // programs run here, which memory may forbid
    whenDone(() => rmSync(folder, { recursive: true }));
    symlinkSync('/usr/bin/env', join(folder, 'env'));
    program('sudo', 'shift; exec "$@"');
  });

  function program(name: string, script: string): void {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, name), 0o755);
  }

  /** What a process prints that finds no browser but those of this folder. */
  function find(): string[] {
    const browsers = join(folder, 'browsers');
    const isolated = {
      PATH: folder,
      HOME: folder,
      PLAYWRIGHT_BROWSERS_PATH: browsers,
      PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD: '1',
    };
    const options = { cwd: root, env: isolated, encoding: 'utf8' } as const;
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', code], options);
    return stdout.trim().split('\n');
  }

  function setEnvironment(values: Record<string, string>): void {
    for (const [name, value] of Object.entries(values)) {
      const before = process.env[name];
      process.env[name] = value;
      whenDone(() => {
        if (before === undefined) delete process.env[name];
        else process.env[name] = before;
      });
    }
  }

  for (const name of ['google-chrome', 'google-chrome-stable', 'chromium', 'chromium-browser'])
    it(`finds an installed ${name}`, async () => {
      setEnvironment({ PATH: folder, CHROMIUM_PATH: '' });
      program(name, 'echo "Chromium 1.2"');
      expect(await chromiumPath()).to.equal(join(folder, name));
    });

  it('uses CHROMIUM_PATH, and installs nothing if it is wrong', async () => {
    program('my-browser', 'echo "Chromium 1.2"');
    setEnvironment({ CHROMIUM_PATH: join(folder, 'my-browser') });
    expect(await chromiumPath()).to.equal(join(folder, 'my-browser'));
    setEnvironment({ CHROMIUM_PATH: '/no/browser' });
    const error = await chromiumPath().catch((reason: Error) => reason.message);
    expect(error).to.equal('CHROMIUM_PATH is /no/browser, which is not a browser that runs.');
  });

  it('waits for the lock of another apt-get, and has apt-get wait for the one of dpkg', () => {
    const log = join(folder, 'log');
    program(
      'apt-get',
      `echo "$*" >> ${log}
      case "$*" in
        *update) if [ ! -e ${folder}/free ]; then : > ${folder}/free; echo "E: Could not get lock /var/lib/apt/lists/lock." >&2; exit 100; fi ;;
        *install*) printf '#!/bin/sh\\necho "Chromium 1.2"\\n' > ${folder}/chromium; /bin/chmod +x ${folder}/chromium ;;
      esac`,
    );
    expect(find()).to.deep.equal([
      'Installing Chromium with apt-get …',
      'Waiting for another apt-get to finish …',
      'pause 20',
      `found ${join(folder, 'chromium')}`,
    ]);
    const calls = readFileSync(log, 'utf8').trim().split('\n');
    expect(calls).to.have.length(3);
    for (const call of calls) expect(call).to.contain('DPkg::Lock::Timeout=600');
  });

  it('stops waiting after ten minutes, and says what to install', () => {
    program('apt-get', 'echo "E: Could not get lock /var/lib/dpkg/lock-frontend." >&2; exit 100');
    const said = find();
    expect(said.filter((line) => line === 'pause 20')).to.have.length(60);
    expect(said.at(-1)).to.equal(
      'error The browser tests need Chromium or Chrome, and it could not be installed. Install it with ' +
        '`sudo apt-get install chromium` or `npx playwright-core install --with-deps chromium`, ' +
        'or set CHROMIUM_PATH to its executable. Then run npm test again.',
    );
    expect(existsSync(join(folder, 'browsers', 'chromium'))).to.equal(false);
  });
});
