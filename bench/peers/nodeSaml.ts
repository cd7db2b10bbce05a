import { here } from '../measure.ts';
import type { Inputs } from '../messages.ts';
import { peerPackage, peerVersion } from './packages.ts';
import type { Peer } from './peer.ts';

type NodeSaml = {
  SAML: new (
    options: Record<string, unknown>,
  ) => { validatePostResponseAsync(container: { SAMLResponse: string }): Promise<{ profile: unknown }> };
};

/** Returns node-saml, the verifier of passport-saml. Its time checks are off, because the messages have a fixed time. */
export function nodeSamlPeer({ fields, provider, own }: Inputs): Peer {
  const { SAML } = peerPackage<NodeSaml>('@node-saml/node-saml');
  const common = {
    issuer: own.entityId,
    audience: own.entityId,
    callbackUrl: own.acsUrl,
    idpCert: provider.certificatePem,
    idpIssuer: provider.entityId,
    decryptionPvk: own.privateKeyPem,
    acceptedClockSkewMs: -1,
    wantAssertionsSigned: true,
  };
  const assertionOnly = new SAML({ ...common, wantAuthnResponseSigned: false });
  const both = new SAML({ ...common, wantAuthnResponseSigned: true });
  const runner = (saml: InstanceType<NodeSaml['SAML']>, field: string) =>
    here(() => saml.validatePostResponseAsync({ SAMLResponse: field }));
  const runners = {
    one: runner(assertionOnly, fields.one),
    both: runner(both, fields.both),
    groups200: runner(assertionOnly, fields.groups200),
    encrypted: runner(assertionOnly, fields.encrypted),
    encryptedInSigned: runner(both, fields.encryptedInSigned),
  };
  return { name: 'node-saml', version: peerVersion('@node-saml/node-saml'), runners, close: () => {} };
}
