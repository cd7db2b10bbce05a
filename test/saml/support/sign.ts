import { createHash, type KeyObject, sign } from 'node:crypto';
import { canonicalByLibxml2 } from './canonical.ts';
import { provider } from './keys.ts';
import { tag, xmlns } from './message.ts';

export const DS = 'http://www.w3.org/2000/09/xmldsig#';
export const EXC_C14N = 'http://www.w3.org/2001/10/xml-exc-c14n#';
export const C14N = 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315';

/** How to sign. All texts are inserted as they are, so that a test can create invalid signatures. */
export type SignOptions = {
  key: KeyObject;
  prefix: string;
  algorithm: string; // the identifier
  hash: string; // its name in node:crypto
  signOptions: { padding?: number; saltLength?: number; dsaEncoding?: 'ieee-p1363' };
  digestAlgorithm: string;
  digest: string;
  exclusive: boolean;
  inclusivePrefixes: string[];
  implicit: boolean; // no second transform
  keyInfo: string;
  wrap: (base64: string) => string; // line breaks in the values
  template: (signature: string) => string; // changes the Signature before its SignedInfo is signed
};

export const rsaSha256: SignOptions = {
  key: provider.privateKey,
  prefix: 'ds',
  algorithm: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
  hash: 'sha256',
  signOptions: {},
  digestAlgorithm: 'http://www.w3.org/2001/04/xmlenc#sha256',
  digest: 'sha256',
  exclusive: true,
  inclusivePrefixes: [],
  implicit: false,
  keyInfo: '',
  wrap: (base64) => base64,
  template: (signature) => signature,
};

/** Signs the Response, the Assertion, or first the Assertion and then the Response, at the marks of message.ts. */
export function signMessage(
  xml: string,
  where: 'response' | 'assertion' | 'both' | 'none',
  options: Partial<SignOptions> = {},
): string {
  let signed = xml;
  if (where === 'assertion' || where === 'both') signed = signAt(signed, '@@ASSERTION@@', 'Assertion', options);
  if (where === 'response' || where === 'both') signed = signAt(signed, '@@RESPONSE@@', 'Response', options);
  return withoutMarks(signed);
}

/** Removes the remaining marks. */
export function withoutMarks(xml: string): string {
  return xml.replaceAll(/@@(?:RESPONSE|ASSERTION)@@/g, '');
}

/** Inserts an enveloped signature of the element with this local name at a mark. */
export function signAt(xml: string, mark: string, local: string, changes: Partial<SignOptions> = {}): string {
  const options = { ...rsaSha256, ...changes };
  const path = `//*[local-name()='${local}']`;
  const id = canonicalId(xml, local);
  const forms = { exclusive: options.exclusive && !options.implicit, prefixes: options.inclusivePrefixes };
  const content = canonicalByLibxml2(withoutMarks(xml), path, forms.exclusive, forms.prefixes);
  const digest = createHash(options.digest).update(content).digest('base64');
  const placed = xml.replace(mark, () => options.template(signatureTemplate(options, id, digest)));
  const signedInfo = canonicalByLibxml2(withoutMarks(placed), `${path}/ds:Signature/ds:SignedInfo`, options.exclusive);
  const value = sign(options.hash, Buffer.from(signedInfo), { key: options.key, ...options.signOptions }).toString(
    'base64',
  );
  return placed.replace('@@VALUE@@', () => options.wrap(value));
}

function signatureTemplate(options: SignOptions, id: string, digest: string): string {
  const d = (local: string) => tag(options.prefix, local);
  const form = options.exclusive ? EXC_C14N : C14N;
  const list = options.inclusivePrefixes.join(' ');
  const inclusive = list === '' ? '' : `<ec:InclusiveNamespaces xmlns:ec="${EXC_C14N}" PrefixList="${list}"/>`;
  const second = options.implicit ? '' : `<${d('Transform')} Algorithm="${form}">${inclusive}</${d('Transform')}>`;
  return (
    `<${d('Signature')} ${xmlns(options.prefix, DS)}><${d('SignedInfo')}><${d('CanonicalizationMethod')} Algorithm="${form}"/>` +
    `<${d('SignatureMethod')} Algorithm="${options.algorithm}"/><${d('Reference')} URI="#${id}"><${d('Transforms')}>` +
    `<${d('Transform')} Algorithm="${DS}enveloped-signature"/>${second}</${d('Transforms')}>` +
    `<${d('DigestMethod')} Algorithm="${options.digestAlgorithm}"/><${d('DigestValue')}>${options.wrap(digest)}</${d('DigestValue')}>` +
    `</${d('Reference')}></${d('SignedInfo')}><${d('SignatureValue')}>@@VALUE@@</${d('SignatureValue')}>${options.keyInfo}</${d('Signature')}>`
  );
}

function canonicalId(xml: string, local: string): string {
  const id = new RegExp(`<(?:\\w+:)?${local}\\s[^>]*?\\bID="([^"]*)"`).exec(xml)?.[1];
  if (id === undefined) throw new Error(`no ID on ${local}`);
  return id;
}
