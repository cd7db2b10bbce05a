import { expect } from 'chai';
import {
  allowsLocalLogin,
  type IntranetSettings,
  readIntranetSettings,
  saveIntranetSettings,
} from '../../src/people/intranetSettings.ts';
import { openTestStore } from '../support/stores.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';

const entered = {
  name: ' Acme ',
  greeting: 'Good day.',
  tagline: '',
  helpAddress: 'help@acme.example',
  accent: '#0F5C5C',
  localLoginNetworks: '10.0.0.0/8, 192.0.2.7\n2001:db8::/32',
  messageDays: '30',
  secondFactor: 'required',
};

describe('people/intranetSettings', () => {
  let deps: TestDeps;
  let initial: IntranetSettings;

  beforeEach(async () => {
    deps = await testDeps({ store: await openTestStore() });
    initial = await readIntranetSettings(deps.store.db);
  });

  it('stores the input without surrounding blanks', async () => {
    const saved = await saveIntranetSettings(deps, entered);
    const expected = {
      ...entered,
      name: 'Acme',
      mark: '',
      localLoginNetworks: ['10.0.0.0/8', '192.0.2.7', '2001:db8::/32'],
      messageDays: 30,
    };
    expect(saved).to.deep.equal({ ok: true, value: expected });
    expect(await readIntranetSettings(deps.store.db)).to.deep.equal(expected);
  });

  for (const [field, value] of [
    ['name', ''],
    ['name', 'a'.repeat(49)],
    ['greeting', 'a\u0007'],
    ['helpAddress', 'javascript:alert(1)'],
    ['helpAddress', 'javascript://x@acme.example'],
    ['helpAddress', 'nobody'],
    ['accent', '#0f5c5c;} body{'],
    ['accent', 'red'],
    ['accent', '#ffff00'],
    ['messageDays', ''],
    ['messageDays', '-1'],
    ['messageDays', '401'],
    ['messageDays', '1.5'],
    ['secondFactor', 'off'],
    ['localLoginNetworks', '10.0.0.0/33'],
    ['localLoginNetworks', '10.0.0.0/'],
    ['localLoginNetworks', '10.0.0'],
    ['localLoginNetworks', 'localhost'],
    ['localLoginNetworks', '::/129'],
    ['localLoginNetworks', 'fe80::1%eth0'],
    ['localLoginNetworks', '10.0.0.0/8/8'],
  ] as const)
    it(`refuses ${JSON.stringify(value.slice(0, 30))} as ${field}, and changes nothing`, async () => {
      const saved = await saveIntranetSettings(deps, { ...entered, [field]: value });
      expect(!saved.ok && Object.keys(saved.errors)).to.deep.equal([field]);
      expect(await readIntranetSettings(deps.store.db)).to.deep.equal(initial);
    });

  it('allows local login from all networks by default', () => {
    for (const address of ['203.0.113.9', '::1', '', 'nonsense'])
      expect(allowsLocalLogin({ ...initial, localLoginNetworks: [] }, address)).to.equal(true);
  });

  it('allows local login only from the configured networks', () => {
    const settings = { ...initial, localLoginNetworks: ['10.0.0.0/8', '192.0.2.7', '2001:db8::/32'] };
    for (const address of ['10.1.2.3', '192.0.2.7', '::ffff:10.1.2.3', '::FFFF:192.0.2.7', '2001:db8:1::1'])
      expect(allowsLocalLogin(settings, address), address).to.equal(true);
    for (const address of [
      '11.0.0.1',
      '192.0.2.8',
      '2001:db9::1',
      '::ffff:11.0.0.1',
      '',
      'nonsense',
      '10.1.2.3, 1.1.1.1',
      '010.1.2.3',
    ])
      expect(allowsLocalLogin(settings, address), address).to.equal(false);
  });
});
