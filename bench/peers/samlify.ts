import { here } from '../measure.ts';
import type { Inputs } from '../messages.ts';
import { peerPackage, peerVersion } from './packages.ts';
import type { Peer } from './peer.ts';

type Samlify = {
  setSchemaValidator(validator: { validate(xml: string): Promise<string> }): void;
  IdentityProvider(settings: Record<string, unknown>): unknown;
  ServiceProvider(settings: Record<string, unknown>): {
    parseLoginResponse(
      provider: unknown,
      binding: string,
      request: { body: { SAMLResponse: string } },
    ): Promise<unknown>;
  };
};

const CENTURY = 100 * 365 * 86_400_000;

/** Returns samlify without a schema validator, which would slow it down. */
export function samlifyPeer({ fields, provider, own }: Inputs): Peer {
  const samlify = peerPackage<Samlify>('samlify');
  samlify.setSchemaValidator({ validate: async () => 'not validated' });
  const settings = { metadata: own.metadata, encPrivateKey: own.privateKeyPem, clockDrifts: [-CENTURY, CENTURY] };
  const runner = (field: string, encrypted: boolean, wantMessageSigned: boolean) => {
    const idp = samlify.IdentityProvider({ metadata: provider.metadata, isAssertionEncrypted: encrypted });
    const sp = samlify.ServiceProvider({ ...settings, wantMessageSigned });
    return here(() => sp.parseLoginResponse(idp, 'post', { body: { SAMLResponse: field } }));
  };
  const runners = {
    one: runner(fields.one, false, false),
    both: runner(fields.both, false, true),
    groups200: runner(fields.groups200, false, false),
    encrypted: runner(fields.encrypted, true, false),
    encryptedInSigned: runner(fields.encryptedInSigned, true, true),
  };
  return { name: 'samlify', version: peerVersion('samlify'), runners, close: () => {} };
}
