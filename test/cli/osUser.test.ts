import { expect } from 'chai';
import { osUserOf } from '../../src/cli/osUser.ts';

describe('cli/osUser', () => {
  it('names the user of the operating system, by the ID if there is no name', () => {
    const nameless = () => {
      throw new Error('uv_os_get_passwd returned ENOENT');
    };
    expect(osUserOf(() => ({ username: 'maya' }), 1000)).to.equal('maya');
    expect(osUserOf(nameless, 12345)).to.equal('user 12345');
    expect(osUserOf(nameless, undefined)).to.equal('user unknown');
  });
});
