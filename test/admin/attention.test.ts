import { expect } from 'chai';
import { findAttention, findIntranetAttention, findSourceAttention } from '../../src/admin/attention.ts';
import { addSource, setSourceActive } from '../../src/sources/profileSources.ts';
import { insertDomain } from '../../src/store/domains.ts';
import { insertProvider } from '../../src/store/identityProviders.ts';
import { insertLoginActivity } from '../../src/store/loginActivity.ts';
import { addCalls } from '../../src/store/profileSources.ts';
import { writeSetting } from '../../src/store/settings.ts';
import { aDomain, anActivity, aProvider, aUser, insertUser } from '../support/rows.ts';
import { type TestDeps, testDeps, testStart } from '../support/testDeps.ts';

const DAY_MS = 86_400_000;
const setUp = { setUpAt: testStart };

describe('admin/attention', () => {
  let deps: TestDeps;

  beforeEach(async () => {
    deps = await testDeps();
  });

  it('is empty if everything is fine', async () => {
    const provider = aProvider();
    await insertProvider(deps.store.db, provider, '');
    const domain = aDomain({ ...setUp, url: 'http://localhost:3000', defaultProviderId: provider.id });
    await insertDomain(deps.store.db, domain);
    expect(await texts()).to.deep.equal([]);
  });

  it('shows domains that are not set up, or use plain HTTP on another host than localhost', async () => {
    await insertDomain(deps.store.db, aDomain({ url: 'http://intranet.acme.com' }));
    expect(await texts()).to.deep.equal(['intranet.acme.com uses plain HTTP', 'intranet.acme.com is not set up']);
  });

  it('shows the last certificate of a provider from 30 days before it expires', async () => {
    await insertDomain(deps.store.db, aDomain(setUp));
    await addProvider('Okta', [13]);
    await addProvider('Acme', [-3]);
    await addProvider('Entra', [-3, 400]);
    await addProvider('Google', [31]);
    await addProvider('Keys', [undefined]);
    await addProvider('Off', [1], false);
    expect(await texts()).to.have.members([
      'Okta’s certificate expires in 13 days',
      'Acme’s certificate expired 3 days ago',
    ]);
  });

  it('shows Auto Login until someone has logged in through the Default Provider', async () => {
    const provider = aProvider();
    await insertProvider(deps.store.db, provider, '');
    const domain = aDomain({ ...setUp, url: 'https://a.com', defaultProviderId: provider.id, autoLogin: true });
    await insertDomain(deps.store.db, domain);
    expect(await texts()).to.deep.equal(['Auto Login for a.com has not been tested']);
    const worked = { outcome: 'tested', reason: null, domainId: domain.id, providerId: provider.id, at: testStart };
    await insertLoginActivity(deps.store.db, anActivity(worked));
    expect(await texts()).to.deep.equal([]);
  });

  it('asks for a help contact once there is a provider', async () => {
    expect(await findIntranetAttention(deps)).to.deep.equal([]);
    await insertProvider(deps.store.db, aProvider(), '');
    const [item] = await findIntranetAttention(deps);
    expect(item).to.include({ text: 'There is no help contact', href: '/settings/general' });
    await writeSetting(deps.store.db, 'intranet', { helpAddress: 'it@acme.com' });
    expect(await findIntranetAttention(deps)).to.deep.equal([]);
  });

  it('shows the people refused in the last 24 hours, by reason', async () => {
    const refused = { outcome: 'refused', reason: 'person_unknown', flow: 'sp' };
    for (const [asserted, age] of [
      ['anna', 0],
      ['anna', 1],
      ['ben', DAY_MS],
      ['carl', DAY_MS + 1],
    ] as const)
      await insertLoginActivity(deps.store.db, anActivity({ ...refused, asserted, at: testStart - age }));
    const [item] = await findAttention(deps);
    expect(item).to.include({ text: '2 people were refused in the last 24 hours', code: 'person_unknown' });
    expect(item?.href).to.equal('/settings/security/activity?q=person_unknown&outcome=refused');
  });

  async function texts(): Promise<string[]> {
    return (await findAttention(deps)).map(({ text }) => text);
  }

  async function addProvider(name: string, days: (number | undefined)[], enabled = true): Promise<void> {
    const provider = aProvider({ name, enabled });
    const certificates = days.map((day) => ({
      pem: '',
      sha256: String(day),
      subject: 'CN=idp',
      keyDescription: 'RSA 2048',
      ...(day === undefined ? {} : { notBefore: 0, notAfter: testStart + day * DAY_MS }),
    }));
    await insertProvider(deps.store.db, { ...provider, facts: { ...provider.facts, certificates } }, '');
  }
});

describe('admin/attention of profile sources', () => {
  let deps: TestDeps;

  beforeEach(async () => {
    deps = await testDeps();
  });

  it('warns before a token expires, alarms afterwards, and ignores disabled sources', async () => {
    const id = await add('JumpCloud', deps.now() + 40 * DAY_MS);
    expect(await texts()).to.deep.equal([]);
    deps.clock.advance(20 * DAY_MS);
    expect(await texts()).to.deep.equal(['warning: The token of JumpCloud expires in 20 days']);
    deps.clock.advance(20 * DAY_MS);
    expect(await texts()).to.deep.equal(['danger: All tokens of JumpCloud have expired']);
    await setSourceActive(deps, id, false);
    expect(await texts()).to.deep.equal([]);
  });

  it('shows a source that stopped sending requests, but not one that never sent any', async () => {
    const id = await add('Okta', null);
    deps.clock.advance(30 * DAY_MS);
    expect(await texts()).to.deep.equal([]);
    await addCalls(deps.store.db, id, { day: 0, calls: 1, failures: 0, at: deps.now() - 15 * DAY_MS });
    expect(await texts()).to.deep.equal(['warning: Okta has sent no requests for 15 days']);
  });

  it('warns while profile sources manage all Power Users, and offers to add one by hand', async () => {
    await insertUser(deps.store.db, aUser({ userType: 'Power User', sourceId: 'a source' }), null);
    expect(await texts()).to.deep.equal(['warning: All Power Users are managed by profile sources']);
    expect((await findSourceAttention(deps))[0]?.href).to.equal('/settings/people/new');
    await insertUser(deps.store.db, aUser({ userType: 'Power User' }), null);
    expect(await texts()).to.deep.equal([]);
  });

  async function add(name: string, expiresAt: number | null): Promise<string> {
    const added = await addSource(deps, { name }, expiresAt);
    if (!added.ok) throw new Error('not added');
    return added.value.source.id;
  }

  async function texts(): Promise<string[]> {
    return (await findSourceAttention(deps)).map(({ kind, text }) => `${kind}: ${text}`);
  }
});
