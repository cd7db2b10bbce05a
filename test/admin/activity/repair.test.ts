import { expect } from 'chai';
import { getProvider } from '../../../src/federation/providers.ts';
import { setActive } from '../../../src/people/users.ts';
import type { ProviderSettings } from '../../../src/store/identityProviders.ts';
import { swap } from '../../saml/corpus/hostile.ts';
import { at, attributeStatement, type MessageParts } from '../../saml/support/message.ts';
import { DS } from '../../saml/support/sign.ts';
import { type Fault, newestAttempt, respond, type Signing, startSigning } from '../../saml/support/signingProvider.ts';
import { addPerson } from '../../support/anteroom.ts';
import { type Client, logInLocally } from '../../support/client.ts';

const unnamed = (xml: string) => xml.replaceAll(/ ?InResponseTo="[^"]*"/g, '');
const opaque = (parts: MessageParts) => ({ subject: swap(parts.subject, />ada@acme.com</, '>a1b2c3<') });
const notBefore = (seconds: number) => (parts: MessageParts) => ({
  conditions: swap(parts.conditions, /NotBefore="[^"]*"/, `NotBefore="${at(seconds)}"`),
  responseAttributes: swap(parts.responseAttributes, /IssueInstant="[^"]*"/, `IssueInstant="${at(seconds)}"`),
});

const repairs: [what: string, Fault, Partial<ProviderSettings>, preview: string, change: Partial<ProviderSettings>][] =
  [
    [
      'matches people by an attribute',
      { parts: opaque },
      {},
      'Match people by mail: this login would be Ada Archer.',
      { matchAttribute: 'mail' },
    ],
    [
      'accepts logins from the tile',
      {
        parts: (parts) => ({ responseAttributes: unnamed(parts.responseAttributes), subject: unnamed(parts.subject) }),
      },
      { idpInitiated: false },
      'Nothing then proves that the person at the browser wanted to log in.',
      { idpInitiated: true },
    ],
    [
      'accepts SHA-1',
      { sign: { algorithm: `${DS}rsa-sha1`, hash: 'sha1' } },
      {},
      'SHA-1 signatures can be forged.',
      { allowSha1: true },
    ],
    ['allows a clock difference', { parts: notBefore(200) }, {}, 'Allowed now: 1 minute.', { clockSkewSeconds: 210 }],
  ];

describe('the repair of a refusal', () => {
  async function refused(fault: Fault, settings: Partial<ProviderSettings> = {}): Promise<[Signing, Client, string]> {
    const signing = await startSigning(settings);
    await addPerson(signing.deps, { userName: 'maya.koch', userType: 'Power User' });
    const ada = { userName: 'ada', email: 'ada@acme.com', givenName: 'Ada', familyName: 'Archer' };
    await addPerson(signing.deps, ada);
    await respond(signing, fault);
    const path = `/settings/security/activity/${(await newestAttempt(signing)).id}`;
    return [signing, await logInLocally(signing), path];
  }
  const settingsOf = async ({ deps, provider }: Signing) => (await getProvider(deps.store.db, provider.id)).settings;
  const previewIn = (text: string) => /name="preview" value="([^"]*)"/.exec(text)?.[1]?.replaceAll('&#39;', "'");

  for (const [what, fault, settings, preview, change] of repairs)
    it(`is one button with a preview: ${what}, and changes nothing else`, async () => {
      const [signing, client, path] = await refused(fault, settings);
      const before = await settingsOf(signing);
      const { text } = await client.get(path);
      expect(text).to.contain(preview);
      const repaired = await client.follow(await client.post(`${path}/repair`, { preview: previewIn(text) ?? '' }));
      expect(repaired.text).to.contain('Cloud Directory was saved: ');
      expect(await settingsOf(signing)).to.deep.equal({ ...before, ...change });
      expect(previewIn(repaired.text), 'it is done').to.equal(undefined);
      await respond(signing, fault);
      expect((await newestAttempt(signing)).outcome).to.equal('logged_in');
    });

  it('does only what was shown', async () => {
    const [signing, client, path] = await refused({ parts: opaque });
    const before = await settingsOf(signing);
    const other = await client.follow(await client.post(`${path}/repair`, { preview: 'Match people by x: Eve.' }));
    expect(other.text).to.contain('Nothing was changed');
    expect(await settingsOf(signing)).to.deep.equal(before);
  });

  it('is not offered for an attribute that is not verified, or that names nobody who may log in', async () => {
    const unsigned: Fault = { parts: opaque, sign: { hash: 'sha384' } };
    const unknown: Fault = {
      parts: (parts) => ({
        ...opaque(parts),
        attributes: attributeStatement(parts.prefixes, { mail: ['eve@acme.com'] }),
      }),
    };
    for (const fault of [unsigned, unknown]) {
      const [, client, path] = await refused(fault);
      expect(previewIn((await client.get(path)).text)).to.equal(undefined);
    }
    const [signing, client, path] = await refused({ parts: opaque });
    const [ada] = await signing.deps.store.db.selectFrom('users').select('id').where('userName', '=', 'ada').execute();
    await setActive(signing.deps, ada?.id ?? '', false);
    expect(previewIn((await client.get(path)).text)).to.equal(undefined);
  });

  it('is not offered for clocks that differ by more than five minutes', async () => {
    const [, client, path] = await refused({ parts: notBefore(600) });
    const { text } = await client.get(path);
    expect(text).to.contain('The provider’s clock is 10 minutes ahead.');
    expect(previewIn(text)).to.equal(undefined);
  });
});
