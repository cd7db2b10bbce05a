import { canonicalize } from '../../xml/canonicalize.ts';
import type { XmlElement } from '../../xml/tree.ts';
import { DS, SAML, XENC } from '../verify/elements.ts';

const LONGEST = 400; // characters of a text or a value
const LONGEST_OCTETS = 24; // of base64 without a meaning to people
const MOST_CHILDREN = 100;
const MOST_TIMES = 4; // longer than asked for, with what is not cut: names, namespaces, escapes and end tags
const BASE64 = new Set([`${DS} SignatureValue`, `${DS} X509Certificate`, `${DS} Modulus`, `${XENC} CipherValue`]);

const numbers = new Intl.NumberFormat('en'); // toLocaleString makes one for every number: a thirtieth of a login

/** Matches the names of attributes and elements whose values are not shown. */
export const SECRET = /passw|passphrase|pwd|secret|token|credential|(?:api|private).?key/i;

type Shortening = {
  left: number; // characters
  decrypted: XmlElement | undefined;
};

/**
 * Returns a message as text, shortened: signatures, certificates and ciphertexts to their start, values of attributes with a secret name to
 * "…", other long values, and what is past `most` characters to the number of parts left out. Comments are not in it. Never more than four times `most`.
 * @param decrypted the Assertion that was in the EncryptedAssertion, which is added to it
 */
export function shortenedXml(root: XmlElement, most: number, decrypted?: XmlElement): string {
  const text = canonicalize(shortened(root, undefined, { left: most, decrypted }), { exclusive: false, prefixes: [] });
  return text.length <= MOST_TIMES * most ? text : `<message>… (${lengthOf(text)})</message>`;
}

function shortened(element: XmlElement, parent: XmlElement | undefined, shortening: Shortening): XmlElement {
  const attributes = element.attributes.map((attribute) => ({
    ...attribute,
    value: SECRET.test(attribute.local) ? '…' : cut(attribute.value, LONGEST),
  }));
  const copy: XmlElement = { ...element, attributes, children: [], parent };
  shortening.left -= attributes.reduce((sum, { name, value }) => sum + name.length + value.length, element.name.length);
  copy.children = isSecret(element) ? ['…'] : childrenOf(element, copy, shortening);
  return copy;
}

function childrenOf(element: XmlElement, parent: XmlElement, shortening: Shortening): XmlElement['children'] {
  const { decrypted } = shortening;
  const isEncrypted = element.local === 'EncryptedAssertion' && element.uri === SAML;
  const all = isEncrypted && decrypted ? [...element.children, decrypted] : element.children;
  const kept: XmlElement['children'] = [];
  for (const child of all) {
    if (shortening.left <= 0 || kept.length === MOST_CHILDREN) {
      kept.push(`… ${all.length - kept.length} more`);
      break;
    }
    kept.push(typeof child === 'string' ? textOf(child, element, shortening) : shortened(child, parent, shortening));
  }
  return kept;
}

function textOf(text: string, { uri, local }: XmlElement, shortening: Shortening): string {
  const short = cut(text, BASE64.has(`${uri} ${local}`) ? LONGEST_OCTETS : LONGEST);
  shortening.left -= short.length;
  return short;
}

/** Returns whether an element is the value of an attribute with a secret name, or has such a name itself. */
function isSecret({ uri, local, parent }: XmlElement): boolean {
  if (local !== 'AttributeValue') return uri !== SAML && SECRET.test(local);
  const names = parent?.attributes.filter((attribute) => /^(Friendly)?Name$/.test(attribute.local)) ?? [];
  return names.some(({ value }) => SECRET.test(value));
}

function cut(text: string, longest: number): string {
  if (text.length <= longest) return text;
  return `${text.slice(0, longest)}… (${lengthOf(text)})`;
}

function lengthOf({ length }: string): string {
  return `${numbers.format(length)} characters`;
}
