import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { keyOf } from '../../src/cli/providerAssignments.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';
import { jsonOf, runCli } from './support/runCli.ts';

const metadata = fileURLToPath(new URL('../federation/metadata/fixtures/jumpcloud.xml', import.meta.url));

describe('anteroom idp set', () => {
  let deps: TestDeps;
  let id: string;

  beforeEach(async () => {
    deps = await testDeps();
    ({ id } = await jsonOf(deps, ['idp', 'import', metadata, '--name', 'One']));
  });

  it('sets every field of the Edit screen', async () => {
    const values = [
      'name=Two',
      'button=on',
      'button-order=7',
      'match=email',
      'match-attribute=mail',
      'idp-initiated=off',
    ];
    const more = [
      'email-domains=acme.com,@Acme.org',
      'name-id-policy=urn:a:b',
      'authn-contexts=urn:c:d urn:e:f',
      'forceAuthn=yes',
    ];
    const rest = ['sign-requests=off', 'request-binding=POST', 'clockSkewSeconds=5', 'allow-sha1=true', 'enabled=off'];
    const set = await jsonOf(deps, ['idp', 'set', 'one', ...values, ...more, ...rest]);
    expect(set).to.deep.include({
      id,
      name: 'Two',
      showButton: true,
      buttonOrder: 7,
      match: 'email',
      matchAttribute: 'mail',
      idpInitiated: false,
      emailDomains: ['acme.com', 'acme.org'],
      nameIdPolicy: 'urn:a:b',
      authnContexts: ['urn:c:d', 'urn:e:f'],
      forceAuthn: true,
      signRequests: false,
      requestBinding: 'post',
      clockSkewSeconds: 5,
      allowSha1: true,
      enabled: false,
    });
  });

  it('explains what is wrong with an assignment, and changes nothing', async () => {
    const before = await jsonOf(deps, ['idp', 'show', id]);
    const refusals: [string, RegExp, number][] = [
      ['clock-skew=soon', /^clock-skew: Enter a number of seconds\.$/, 1],
      ['match=shoe-size', /^match: Select one of the four\.$/, 1],
      ['name=', /^name: Enter a name/, 1],
      ['button=perhaps', /^button must be on or off\./, 2],
      ['colour=red', /^Unknown key: colour\./, 2],
      ['button', /^button is not of the form KEY=VALUE\./, 2],
    ];
    for (const [assignment, message, code] of refusals) {
      const result = await runCli(deps, ['idp', 'set', id, 'button-order=1', assignment]);
      expect(result.complained).to.match(message);
      expect(result.code, assignment).to.equal(code);
    }
    expect(await jsonOf(deps, ['idp', 'show', id])).to.deep.equal(before);
  });

  it('lists every key in its help', async () => {
    const { printed } = await runCli(deps, ['idp', 'set', '--help']);
    for (const field of ['name', 'showButton', 'emailDomains', 'allowSha1'])
      expect(printed).to.match(new RegExp(`^ {2}${keyOf(field)}=`, 'm'));
    expect(printed).to.match(/^ {2}enabled=on\|off /m);
  });
});
