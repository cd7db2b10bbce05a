import { here } from '../measure.ts';
import type { Inputs } from '../messages.ts';
import { peerPackage, peerVersion } from './packages.ts';
import type { Peer } from './peer.ts';

type Saml20 = { default: { validate(xml: string, options: Record<string, unknown>): Promise<unknown> } };

/** Returns Polis' saml20. It accepts one valid signature and cannot require both. */
export function saml20Peer({ fields, provider, own }: Inputs): Peer {
  const { validate } = peerPackage<Saml20>('@boxyhq/saml20').default;
  const publicKey = provider.certificatePem.replace(/-----[^-]+-----|\s/g, '');
  const options = { publicKey, audience: own.entityId, bypassExpiration: true, privateKey: own.privateKeyPem };
  const runner = (field: string) => here(() => validate(Buffer.from(field, 'base64').toString(), options));
  const runners = { one: runner(fields.one), groups200: runner(fields.groups200), encrypted: runner(fields.encrypted) };
  return { name: 'saml20', version: peerVersion('@boxyhq/saml20'), runners, close: () => {} };
}
