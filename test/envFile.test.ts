import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { takeEnvFile, withEnvFile } from '../src/envFile.ts';
import { tempFolder } from './support/tempFolder.ts';

describe('--env-file', () => {
  it('is taken out of the arguments, wherever it is', () => {
    const [args, file] = [['user', 'list', '--json'], '/etc/anteroom.env'];
    for (const given of [
      ['--env-file', file, ...args],
      ['user', 'list', '--env-file', file, '--json'],
      [...args, `--env-file=${file}`],
    ])
      expect(takeEnvFile(given)).to.deep.equal({ args, file });
    expect(takeEnvFile(args)).to.deep.equal({ args, file: undefined });
    for (const given of [['--env-file'], ['--env-file='], ['user', '--env-file', '']])
      expect(() => takeEnvFile(given)).to.throw('--env-file needs a file.');
  });

  it('adds variables that the environment does not set', () => {
    const file = join(tempFolder(), 'anteroom.env');
    writeFileSync(
      file,
      '# the server\nDATA_DIR=/var/lib/anteroom\nPUBLIC_URL="https://intranet.acme.com"\nPORT=1\nHOST=a=b\n',
    );
    expect(withEnvFile({ PORT: '2', PUBLIC_URL: '', HOME: '/root' }, file)).to.deep.equal({
      DATA_DIR: '/var/lib/anteroom',
      PUBLIC_URL: 'https://intranet.acme.com',
      PORT: '2',
      HOST: 'a=b',
      HOME: '/root',
    });
    expect(withEnvFile({ PORT: '2' }, undefined)).to.deep.equal({ PORT: '2' });
    expect(() => withEnvFile({}, `${file}.none`)).to.throw(`--env-file ${file}.none cannot be read: ENOENT.`);
  });
});
