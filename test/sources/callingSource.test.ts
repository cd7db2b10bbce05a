import { expect } from 'chai';
import { findCallingSource } from '../../src/sources/callingSource.ts';
import { addSource, changeSource, rotateToken, setSourceActive } from '../../src/sources/profileSources.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';

const HOUR = 3_600_000;

describe('sources/callingSource', () => {
  let deps: TestDeps;
  let id: string;
  let token: string;

  beforeEach(async () => {
    deps = await testDeps();
    const added = await addSource(deps, { name: 'JumpCloud' });
    if (!added.ok) throw new Error('refused');
    ({ clientId: id, token } = added.value);
  });

  it('finds the source of a token', async () => {
    expect(await findCallingSource(deps, token, '192.0.2.1')).to.have.nested.property('source.id', id);
    expect(await outcome(undefined)).to.equal('no_token');
    expect(await outcome(`${token}x`)).to.equal('wrong_token');
  });

  it('refuses a token from the moment it expires', async () => {
    ({ token } = await rotateToken(deps, id, { expiresAt: deps.now() + HOUR }));
    deps.clock.advance(HOUR - 1);
    expect(await outcome(token)).to.equal('ok');
    deps.clock.advance(1);
    expect(await outcome(token)).to.equal('expired_token');
  });

  it('refuses the requests of a disabled source', async () => {
    await setSourceActive(deps, id, false);
    expect(await findCallingSource(deps, token, '192.0.2.1')).to.include({ ok: false, reason: 'inactive_source' });
  });

  it('refuses requests from other networks than the allowed ones', async () => {
    await changeSource(deps, id, { networks: ['192.0.2.0/24', '2001:db8::1'] });
    for (const address of ['192.0.2.7', '::ffff:192.0.2.7', '2001:db8::1'])
      expect(await outcome(token, address), address).to.equal('ok');
    for (const address of ['198.51.100.1', '2001:db8::2', 'nonsense'])
      expect(await outcome(token, address), address).to.equal('wrong_network');
  });

  async function outcome(given: string | undefined, address = '192.0.2.1'): Promise<string> {
    const found = await findCallingSource(deps, given, address);
    return found.ok ? 'ok' : found.reason;
  }
});
