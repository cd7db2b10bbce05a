import { expect } from 'chai';
import { rememberPassed } from '../../src/federation/loginTests.ts';
import { findSilences } from '../../src/federation/silence.ts';
import { insertDomain } from '../../src/store/domains.ts';
import { type IdentityProvider, insertProvider } from '../../src/store/identityProviders.ts';
import { addTraffic } from '../../src/store/loginTraffic.ts';
import { moveDomainToProvider } from '../../src/store/providerDomains.ts';
import { aDomain, aProvider } from '../support/rows.ts';
import { type TestDeps, testDeps, testStart } from '../support/testDeps.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe('federation/silence', () => {
  let deps: TestDeps;
  const domain = aDomain();
  const provider = aProvider({ importedAt: 0 });
  const route = { providerId: provider.id, domainId: domain.id };

  beforeEach(async () => {
    deps = await testDeps();
    await insertDomain(deps.store.db, domain);
    await addProvider(provider);
    deps.clock.at = testStart + 24 * HOUR;
  });

  it('names the network only if all logins are known to come from it', async () => {
    await sent(5, 60);
    expect((await silences())[0]?.from).to.equal('203.0.113.5');
    await sent(1, 50, '198.51.100.9');
    expect((await silences())[0], 'another one').to.include({ sent: 6, from: undefined });
    await sent(9, 3 * 24 * 60 - 100, null);
    deps.clock.advance(3 * 24 * HOUR - 4 * HOUR);
    await sent(5, 60);
    expect((await silences())[0], 'unknown').to.include({ from: undefined });
  });

  it('is found after 5 logins within an hour without a response, once people had time to log in', async () => {
    await sent(4, 60);
    expect(await silences()).to.deep.equal([]);
    await sent(1, 10); // the ten minutes are over, but not the time to log in
    expect(await silences()).to.deep.equal([]);
    deps.clock.advance(5 * MINUTE);
    expect(await silences()).to.deep.equal([
      { ...route, sent: 5, since: deps.now() - 65 * MINUTE, from: '203.0.113.5' },
    ]);
    await sent(2, 0);
    expect((await silences())[0], 'all that were sent are named').to.include({ sent: 7 });
  });

  it('is not found if the same number comes in more than an hour, but after 10 within a day', async () => {
    for (let hour = 1; hour <= 9; hour += 1) await sent(1, hour * 2 * 60);
    expect(await silences()).to.deep.equal([]);
    await sent(1, 21 * 60);
    expect(await silences()).to.have.lengthOf(1);
  });

  it('ends with a response, and does not come back from what was sent before', async () => {
    await sent(8, 60);
    await addTraffic(deps.store.db, [{ ...route, slot: ago(30), sent: 0, received: 1, offsets: '', sentFrom: null }]);
    expect(await silences()).to.deep.equal([]);
    await sent(4, 30); // in the same ten minutes as the response
    await sent(4, 20);
    expect(await silences()).to.deep.equal([]);
  });

  it('ends with a Test login that passes with what is saved, and not with another one', async () => {
    await sent(8, 60);
    const settings = { ...provider.settings, spEntityId: 'urn:other' };
    await rememberPassed(deps.store.db, domain, { ...provider, settings }, ago(0));
    expect(await silences()).to.have.lengthOf(1);
    await rememberPassed(deps.store.db, domain, provider, ago(0));
    expect(await silences()).to.deep.equal([]);
  });

  it('lasts through the night, when no one logs in', async () => {
    await sent(5, 60);
    deps.clock.advance(12 * HOUR);
    expect((await silences())[0]).to.include({ sent: 5, since: deps.now() - 13 * HOUR });
  });

  it('is not found for a disabled provider, another domain, or what was sent before the last import', async () => {
    const other = aDomain();
    await insertDomain(deps.store.db, other);
    const disabled = aProvider({ enabled: false });
    await addProvider(disabled);
    const imported = aProvider({ importedAt: ago(30) });
    await addProvider(imported);
    for (const [providerId, domainId] of [
      [provider.id, other.id],
      [disabled.id, domain.id],
      [imported.id, domain.id],
    ] as const)
      await addTraffic(deps.store.db, [
        { providerId, domainId, slot: ago(60), sent: 9, received: 0, offsets: '', sentFrom: null },
      ]);
    expect(await silences()).to.deep.equal([]);
  });

  async function addProvider(added: IdentityProvider): Promise<void> {
    await insertProvider(deps.store.db, added, '');
    await moveDomainToProvider(deps.store.db, domain.id, added);
  }

  const silences = () => findSilences(deps);
  const ago = (minutes: number) => deps.now() - minutes * MINUTE;

  async function sent(count: number, minutesAgo: number, sentFrom: string | null = '203.0.113.5'): Promise<void> {
    await addTraffic(deps.store.db, [
      { ...route, slot: ago(minutesAgo), sent: count, received: 0, offsets: '', sentFrom },
    ]);
  }
});
