import { swap } from '../corpus/hostile.ts';
import { encryptAssertion } from './encrypt.ts';
import { attributeStatement, compose, honestParts, type MessageParts } from './message.ts';
import { type SignOptions, signMessage } from './sign.ts';

const SAML = 'urn:oasis:names:tc:SAML:2.0:assertion';
const SAMLP = 'urn:oasis:names:tc:SAML:2.0:protocol';

/** A choice of one entry of each list, by name. */
export type Choice = { [Axis in keyof typeof axes]: (typeof axes)[Axis][number] };

/** What a value of the attribute `who` contains: the same octets may say something else in other surroundings. */
const contents = {
  text: 'bob',
  'an element without a namespace': '<NameID>bob@example.com</NameID>',
  'a NameID': '<saml:NameID>bob@example.com</saml:NameID>',
  'a prefix declared inside': `<q:NameID xmlns:q="${SAML}">bob@example.com</q:NameID>`,
  'a default namespace declared inside': `<NameID xmlns="${SAML}">bob@example.com</NameID>`,
  'text like markup': '&lt;saml:NameID&gt;bob&lt;/saml:NameID&gt; &amp;amp; &amp;#65;',
  'white space': ' bob&#9;&#10;&#13; x\r\ny\rz ',
};

/** How the provider declares, signs and sends. */
const styles: Record<string, { parts?: Partial<MessageParts>; sign?: Partial<SignOptions> }> = {
  exclusive: {},
  'exclusive, PrefixList of a prefix that is used': { sign: { inclusivePrefixes: ['saml'] } },
  'exclusive, PrefixList of #default and of prefixes that are not declared inside': {
    sign: { inclusivePrefixes: ['q', 'xs', '#default'] },
  },
  inclusive: { sign: { exclusive: false } },
  'inclusive, all that surrounds it is declared inside': {
    sign: { exclusive: false },
    parts: { assertionNamespaces: `xmlns:saml="${SAML}" xmlns:samlp="${SAMLP}"` },
  },
  'exclusive, declared on the Response': {
    parts: { rootNamespaces: ` xmlns:saml="${SAML}"`, assertionNamespaces: '' },
  },
};

/** Attributes that an attacker, or the provider before it signs, adds to an outer element. */
const additions = {
  nothing: '',
  'a default namespace': ` xmlns="${SAML}"`,
  'another default namespace': ' xmlns="urn:x"',
  'no default namespace': ' xmlns=""',
  'a prefix': ` xmlns:q="${SAML}"`,
  'another prefix for the namespace': ` xmlns:q="${SAML}" xmlns:p="${SAML}"`,
  'the prefix of the Assertion for another namespace': ' xmlns:saml="urn:x"',
  'the prefix of the protocol for the Assertion': ` xmlns:samlp="${SAML}"`,
  'xml:lang': ' xml:lang="de"',
  'xml:space': ' xml:space="default"',
  'xml:base': ' xml:base="https://evil.example/"',
  'xml:id': ' xml:id="_outer"',
};

/** What an attacker, who may encrypt again, changes about the plaintext without changing the signed octets of some form. */
const rewrites: Record<string, (assertion: string) => string> = {
  nothing: (text) => text,
  'drops a declaration': (text) => text.replace(` xmlns:saml="${SAML}"`, ''),
  'drops all declarations of the namespace': (text) => text.replaceAll(/ xmlns(:\w+)?="urn:oasis[^"]*assertion"/g, ''),
  'uses another prefix': (text) => text.replaceAll('saml:NameID', 'q:NameID'),
  'uses another prefix everywhere': (text) => text.replaceAll('saml:', 'q:').replace('xmlns:saml=', 'xmlns:unused='),
  'uses no prefix': (text) => text.replaceAll('saml:NameID', 'NameID'),
  'uses no prefix anywhere': (text) => text.replaceAll('saml:', '').replace('xmlns:saml=', 'xmlns:unused='),
  'line ends': (text) => text.replaceAll('><', '>\r\n<'),
  CDATA: (text) => text.replace('>bob', '><![CDATA[bob]]>'),
  'a comment': (text) => text.replace('>bob', '>bo<!-- -->b'),
  'an entity': (text) => text.replace('>bob', '>&bob;'),
};

const places = ['the Response', 'the EncryptedAssertion', 'the EncryptedData'] as const;
const wrappers = ['a prefix', 'a default namespace', 'a prefix of the Response'] as const;
const signers = ['assertion', 'response', 'both'] as const;

export const axes = {
  content: Object.keys(contents) as (keyof typeof contents)[],
  style: Object.keys(styles),
  addition: Object.keys(additions) as (keyof typeof additions)[],
  rewrite: Object.keys(rewrites),
  place: places,
  wrapper: wrappers,
  signed: signers,
  addedBy: ['the provider', 'an attacker'] as const,
};

/** Returns the honest message that a choice starts from, sent plainly and without any surroundings. */
export function plainMessage({ content, style, signed }: Choice): string {
  return signMessage(composed(content, style), signed, styles[style]?.sign);
}

/** Returns the message of a choice: the Assertion is signed as in the honest one, perhaps rewritten, and encrypted in its surroundings. */
export function encryptedMessage(choice: Choice): string {
  const { content, style, signed, rewrite, addedBy } = choice;
  const options = styles[style]?.sign;
  const inner = signed === 'response' ? composed(content, style) : plainAssertionSigned(choice);
  const assertion = /<saml:Assertion .*<\/saml:Assertion>/s.exec(inner)?.[0] ?? '';
  // Without a signature of its own, whatever is encrypted is what the provider means.
  const change = signed === 'response' && rewrite !== 'drops a declaration' ? String : rewrites[rewrite];
  const plaintext = (change ?? String)(assertion.replaceAll(/@@\w+@@/g, ''));
  const sent = swap(inner, assertion, wrapped(choice, plaintext));
  const sign = (xml: string) => signMessage(xml, signed === 'assertion' ? 'none' : 'response', options);
  return addedBy === 'the provider' ? sign(added(choice, sent)) : added(choice, sign(sent));
}

function composed(content: Choice['content'], style: string): string {
  const parts = { ...honestParts(), ...styles[style]?.parts };
  const attributes = attributeStatement(parts.prefixes, { who: [contents[content]], groups: ['Staff'] });
  return compose({ ...parts, attributes });
}

function plainAssertionSigned({ content, style }: Choice): string {
  const [mark, kept] = ['@@RESPONSE@@', '<!--response-->'];
  const message = composed(content, style).replace(mark, kept);
  return signMessage(message, 'assertion', styles[style]?.sign).replace(kept, mark);
}

function wrapped({ wrapper }: Choice, plaintext: string): string {
  const element = encryptAssertion(plaintext);
  if (wrapper === 'a prefix') return element;
  if (wrapper === 'a prefix of the Response')
    return element.replace(` xmlns:saml="${SAML}"`, ` xmlns:e="${SAML}"`).replaceAll('saml:Enc', 'e:Enc');
  return element.replaceAll('saml:EncryptedAssertion', 'EncryptedAssertion').replace('xmlns:saml=', 'xmlns=');
}

function added({ addition, place }: Choice, xml: string): string {
  const tag = {
    'the Response': 'samlp:Response',
    'the EncryptedAssertion': /<(\w+:)?EncryptedAssertion/,
    'the EncryptedData': 'xenc:EncryptedData',
  }[place];
  const pattern = typeof tag === 'string' ? new RegExp(`<${tag}`) : tag;
  const name = /xmlns(:\w+)?(?==)/.exec(additions[addition])?.[0];
  // An attribute may be on an element only once: the attacker replaces a declaration that is there.
  return xml.replace(
    new RegExp(`${pattern.source}[^>]*`),
    (start) =>
      `${name === undefined ? start : start.replace(new RegExp(` ${name}="[^"]*"`), '')}${additions[addition]}`,
  );
}
