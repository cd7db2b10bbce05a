import { escapeText, escapeValue } from '../../xml/canonicalize.ts';
import type { XmlElement } from '../../xml/tree.ts';
import { DS, SAML, XENC } from '../verify/elements.ts';

const LONGEST = 400; // characters of a text or a value
const LONGEST_OCTETS = 24; // of base64 without a meaning to people
const MOST_CHILDREN = 100;
const MOST_TIMES = 4; // longer than asked for, with what is not cut: names, namespaces, escapes and end tags
const BASE64 = new Map([
  ['SignatureValue', DS],
  ['X509Certificate', DS],
  ['Modulus', DS],
  ['CipherValue', XENC],
]);

const numbers = new Intl.NumberFormat('en'); // toLocaleString makes one for every number: a thirtieth of a login

/** Matches the names of attributes and elements whose values are not shown. */
export const SECRET = /passw|passphrase|pwd|secret|token|credential|(?:api|private).?key/i;

type Writer = {
  text: string;
  left: number; // characters
  decrypted: XmlElement | undefined;
};

/**
 * Returns a message as text, shortened: signatures, certificates and ciphertexts to their start, values of attributes with a secret name to
 * "…", other long values, and what is past `most` characters to the number of parts left out. Comments are not in it. Never more than four times `most`.
 * @param decrypted the Assertion that was in the EncryptedAssertion, which is added to it
 */
export function shortenedXml(root: XmlElement, most: number, decrypted?: XmlElement): string {
  const writer = { text: '', left: most, decrypted };
  writeElement(writer, root);
  const { text } = writer;
  return text.length <= MOST_TIMES * most ? text : `<message>… (${lengthOf(text)})</message>`;
}

function writeElement(writer: Writer, element: XmlElement): void {
  writer.text += `<${element.name}`;
  writer.left -= element.name.length;
  for (const { prefix, uri } of element.declarations)
    writer.text += ` xmlns${prefix === '' ? '' : `:${prefix}`}="${escapeValue(uri)}"`;
  for (const { name, local, value } of element.attributes) {
    const short = SECRET.test(local) ? '…' : cut(value, LONGEST);
    writer.text += ` ${name}="${escapeValue(short)}"`;
    writer.left -= name.length + short.length;
  }
  writer.text += '>';
  if (isSecret(element)) writer.text += '…';
  else writeChildren(writer, element);
  writer.text += `</${element.name}>`;
}

function writeChildren(writer: Writer, element: XmlElement): void {
  const isEncrypted = element.local === 'EncryptedAssertion' && element.uri === SAML;
  const all = isEncrypted && writer.decrypted ? [...element.children, writer.decrypted] : element.children;
  for (const [index, child] of all.entries()) {
    if (writer.left <= 0 || index === MOST_CHILDREN) {
      writer.text += `… ${all.length - index} more`;
      break;
    }
    if (typeof child === 'string') writeText(writer, child, element);
    else writeElement(writer, child);
  }
}

function writeText(writer: Writer, text: string, { uri, local }: XmlElement): void {
  const short = cut(text, BASE64.get(local) === uri ? LONGEST_OCTETS : LONGEST);
  writer.text += escapeText(short);
  writer.left -= short.length;
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
