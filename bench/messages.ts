import { createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import { generate } from 'selfsigned';
import { ACS_URL, ENTITY_ID, IDP, NOW } from '../test/saml/support/context.ts';
import { encryptAssertion } from '../test/saml/support/encrypt.ts';
import { attributeStatement, compose, composeAssertion, honestParts } from '../test/saml/support/message.ts';
import { DS, signAt, signMessage, withoutMarks } from '../test/saml/support/sign.ts';

export const CASES = ['one', 'both', 'groups200', 'encrypted', 'encryptedInSigned'] as const;
export type Case = (typeof CASES)[number];

/** The input of a verifier: messages as form fields, and the keys and metadata of both sides. RSA-2048 and SHA-256 throughout. */
export type Inputs = {
  fields: Record<Case, string>;
  xml: Record<Case, string>;
  provider: { entityId: string; certificatePem: string; publicKey: KeyObject; metadata: string };
  own: { entityId: string; acsUrl: string; privateKeyPem: string; privateKey: KeyObject; metadata: string };
};

export type Identity = { privateKey: KeyObject; certificatePem: string; certificate: string };

/** Creates an RSA-2048 key pair with a certificate that is valid from the day before the messages, for ten years. */
export async function createIdentity(name: string): Promise<Identity> {
  const dates = { notBeforeDate: new Date(NOW - 86_400_000), notAfterDate: new Date(NOW + 3650 * 86_400_000) };
  const made = await generate([{ name: 'commonName', value: name }], { keySize: 2048, algorithm: 'sha256', ...dates });
  const certificate = made.cert.replace(/-----[^-]+-----|\s/g, '');
  return { privateKey: createPrivateKey(made.private), certificatePem: made.cert, certificate };
}

/**
 * Creates the messages of the verify benchmark, with 12 attributes: signed Assertion; both signed; with 200 groups; signed and
 * encrypted Assertion, as AD FS sends it; the same in a signed Response, as SimpleSAMLphp and Keycloak send it.
 */
export async function createInputs(): Promise<Inputs> {
  return (await createInputsWithIdentities()).inputs;
}

/** Creates the same messages, and returns the key pairs of both sides too. */
export async function createInputsWithIdentities(): Promise<{ inputs: Inputs; provider: Identity; own: Identity }> {
  const [provider, own] = await Promise.all([createIdentity('idp.example.com'), createIdentity('intranet.acme.com')]);
  const ownPublic = createPublicKey(own.privateKey);
  const xml = {
    one: message('assertion', provider, attributes(12, 0)),
    both: message('both', provider, attributes(12, 0)),
    groups200: message('assertion', provider, attributes(12, 200)),
    encrypted: encrypted('none', provider, ownPublic),
    encryptedInSigned: encrypted('response', provider, ownPublic),
  };
  const fields = Object.fromEntries(CASES.map((name) => [name, Buffer.from(xml[name]).toString('base64')]));
  const inputs: Inputs = {
    xml,
    fields: fields as Inputs['fields'],
    provider: {
      entityId: IDP,
      certificatePem: provider.certificatePem,
      publicKey: new X509Certificate(provider.certificatePem).publicKey,
      metadata: providerMetadata(provider),
    },
    own: {
      entityId: ENTITY_ID,
      acsUrl: ACS_URL,
      privateKeyPem: own.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
      privateKey: own.privateKey,
      metadata: ownMetadata(own),
    },
  };
  return { inputs, provider, own };
}

/** Returns a signed message with these attributes. */
export function message(place: 'assertion' | 'both', provider: Identity, statement: string): string {
  return signMessage(compose({ ...honestParts(), attributes: statement }), place, signing(provider));
}

/** Returns a statement with a number of single-valued attributes and of groups. */
export function attributes(single: number, groups: number): string {
  const { prefixes } = honestParts();
  const singles = Array.from({ length: single }, (_, at) => [
    `urn:oid:2.5.4.${at}`,
    [`a value of the attribute ${at}`],
  ]);
  const names = Array.from({ length: groups }, (_, at) => `CN=Group ${at},OU=Teams,DC=acme,DC=com`);
  const onValue =
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xs="http://www.w3.org/2001/XMLSchema" xsi:type="xs:string"';
  return attributeStatement(
    prefixes,
    { ...Object.fromEntries(singles), ...(groups > 0 ? { groups: names } : {}) },
    onValue,
  );
}

function encrypted(place: 'response' | 'none', provider: Identity, key: KeyObject): string {
  const parts = { ...honestParts(), attributes: attributes(12, 0) };
  const marked = composeAssertion(parts);
  const inner = withoutMarks(signAt(marked, '@@ASSERTION@@', 'Assertion', signing(provider)));
  const xml = compose(parts).replace(marked, () =>
    encryptAssertion(inner, { key, cipher: 'aes-256-cbc', label: 'sha1' }),
  );
  return signMessage(xml, place, signing(provider));
}

function signing({ privateKey, certificate }: Identity) {
  const keyInfo = `<ds:KeyInfo><ds:X509Data><ds:X509Certificate>${certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>`;
  return { key: privateKey, keyInfo };
}

function providerMetadata({ certificate }: Identity): string {
  return `<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="${IDP}"><md:IDPSSODescriptor WantAuthnRequestsSigned="false" protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">${keyDescriptor('signing', certificate)}<md:NameIDFormat>urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress</md:NameIDFormat><md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.example.com/sso"/></md:IDPSSODescriptor></md:EntityDescriptor>`;
}

function ownMetadata({ certificate }: Identity): string {
  return `<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="${ENTITY_ID}"><md:SPSSODescriptor AuthnRequestsSigned="false" WantAssertionsSigned="true" protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">${keyDescriptor('signing', certificate)}${keyDescriptor('encryption', certificate)}<md:AssertionConsumerService index="0" isDefault="true" Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="${ACS_URL}"/></md:SPSSODescriptor></md:EntityDescriptor>`;
}

function keyDescriptor(use: string, certificate: string): string {
  return `<md:KeyDescriptor use="${use}"><ds:KeyInfo xmlns:ds="${DS}"><ds:X509Data><ds:X509Certificate>${certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>`;
}
