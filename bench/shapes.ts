import { messageLimits } from '../src/xml/reader.ts';
import { compose, honestParts, type MessageParts } from '../test/saml/support/message.ts';
import { type SignOptions, signMessage, withoutMarks } from '../test/saml/support/sign.ts';
import { attributes, type Identity, message } from './messages.ts';

/** Returns valid messages of these sizes, filled up with groups. */
export function growingMessages(provider: Identity, kilobytes: readonly number[]): [number, string][] {
  const base = message('assertion', provider, attributes(4, 0)).length;
  const each = (message('assertion', provider, attributes(4, 100)).length - base) / 100;
  return kilobytes.map((size) => {
    const groups = Math.max(0, Math.floor((size * 1024 - base) / each));
    return [size, message('assertion', provider, attributes(4, groups))];
  });
}

/** Returns messages close to the size limit, each as expensive as possible for one part of the verifier. Most are signed, so that every part runs. */
export function worstShapes(provider: Identity): Record<string, string> {
  const room = messageLimits.octets - 8_000;
  const fill = (piece: string, most = Number.POSITIVE_INFINITY) =>
    piece.repeat(Math.min(most, Math.floor(room / piece.length)));
  const names = Array.from({ length: messageLimits.attributes }, (_, at) => `a${String(at).padStart(2, '0')}`);
  const wide = `<x ${names.map((name) => `${name}=""`).join(' ')}/>`;
  const reversed = `<x ${[...names]
    .reverse()
    .map((name) => `${name}=""`)
    .join(' ')}/>`;
  const spaces = names
    .slice(0, 28)
    .map((name) => `xmlns:${name}="urn:${name}"`)
    .join(' ');
  const used = names
    .slice(0, 28)
    .map((name) => `${name}:b=""`)
    .join(' ');
  const inValue = (content: string) => ({ afterAttributes: statement(content) });
  const listed: Partial<SignOptions> = { inclusivePrefixes: names.slice(0, 32) };
  const text = (unit: string) => {
    const octets = Buffer.byteLength(unit);
    const first = Math.floor(190_000 / octets);
    return `<x>${unit.repeat(first)}</x><x>${unit.repeat(Math.floor(room / octets) - first)}</x>`;
  };
  return {
    'empty elements': signed(provider, inValue(fill('<x/>', 19_000))),
    'elements and texts': signed(provider, inValue(fill('<x>y</x>', 9_500))),
    '32 attributes an element': signed(provider, inValue(fill(wide))),
    '32 attributes in the other order': signed(provider, inValue(fill(reversed))),
    '28 namespaces an element': signed(provider, inValue(fill(`<x ${spaces}/>`))),
    '28 namespaces an element, all used': signed(provider, inValue(fill(`<x ${spaces} ${used}/>`))),
    '28 namespaces around 28 attributes': signed(provider, inValue(`<y ${spaces}>${fill(`<x ${used}/>`)}</y>`)),
    '28 namespaces around 28 attributes, both signed': signed(
      provider,
      inValue(`<y ${spaces}>${fill(`<x ${used}/>`)}</y>`),
      {},
      'both',
    ),
    '28 namespaces, inclusive form': signed(provider, inValue(fill(`<x ${spaces}/>`)), { exclusive: false }),
    'a PrefixList of 32': signed(
      provider,
      inValue(
        fill(
          `<x ${names
            .slice(0, 28)
            .map((name) => `xmlns:${name}="urn:${name}"`)
            .join(' ')}/>`,
        ),
      ),
      listed,
    ),
    'deep trees': signed(provider, inValue(fill(`${'<x>'.repeat(44)}${'</x>'.repeat(44)}`))),
    references: signed(provider, inValue(text('&amp;'))),
    'numeric references': signed(provider, inValue(text('&#x1F600;'))),
    'signs to escape': signed(provider, inValue(text('>'))),
    'references in attributes': signed(provider, inValue(fill(`<x y="${'&quot;'.repeat(2_500)}"/>`))),
    'line feeds in attributes': signed(provider, inValue(fill(`<x y="${'\n\t'.repeat(8_000)}"/>`))),
    'letters beyond ASCII': signed(provider, inValue(text('é'))),
    'signs of four octets': signed(provider, inValue(text('\u{1f600}'))),
    'carriage returns': withoutMarks(compose({ ...honestParts(), ...inValue(`<x>${'\r'.repeat(190_000)}</x>`) })),
    comments: signed(provider, inValue(fill('<!---->', 18_000))),
    'comments and elements': signed(provider, inValue(fill('<!----><x/>', 9_500))),
    'many IDs': signed(provider, inValue(Array.from({ length: 9_500 }, (_, at) => `<x ID="_${at}"/>`).join(''))),
    'many attributes of the directory': signed(provider, { attributes: attributes(800, 0) }),
    'many values': signed(provider, { attributes: attributes(0, 1_250) }),
    'one name a thousand times': signed(provider, { attributes: sameName(1_600) }),
    'an inner and an outer signature': signed(provider, inValue(fill('<x y="1">z</x>', 9_500)), {}, 'both'),
    'nothing but <': '<'.repeat(messageLimits.octets),
    'nothing but &': `<x>${'&'.repeat(messageLimits.octets - 10)}</x>`,
    'an open attribute': `<x y="${'z'.repeat(messageLimits.octets - 10)}`,
    'open comments': `<x>${'<!--'.repeat(60_000)}`,
    'endless attributes': `<x ${'y="" '.repeat(50_000)}`,
    'endless levels': '<x>'.repeat(80_000),
  };
}

function signed(
  provider: Identity,
  change: Partial<MessageParts>,
  options: Partial<SignOptions> = {},
  place: 'assertion' | 'both' = 'assertion',
): string {
  return signMessage(compose({ ...honestParts(), ...change }), place, { key: provider.privateKey, ...options });
}

function statement(content: string): string {
  return `<saml:AttributeStatement><saml:Attribute Name="x"><saml:AttributeValue>${content}</saml:AttributeValue></saml:Attribute></saml:AttributeStatement>`;
}

function sameName(count: number): string {
  const one =
    '<saml:Attribute Name="groups"><saml:AttributeValue>a value of the attribute</saml:AttributeValue></saml:Attribute>';
  return `<saml:AttributeStatement>${one.repeat(count)}</saml:AttributeStatement>`;
}
