/** A generator of numbers below 2^32 that gives the same for one seed everywhere (Mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}

type Random = (below: number) => number;
type Mutation = (xml: string, random: Random, other: string) => string;

const TOKENS = [
  '<',
  '>',
  '"',
  '&',
  '&amp;',
  '&#13;',
  ' ',
  '\n',
  '/',
  ':',
  '<!---->',
  '<a/>',
  ']]>',
  '<?x?>',
  'ID="_x"',
  'xmlns=""',
  'xmlns:saml="urn:x"',
  '\u0000',
  '=',
  'é',
];

const MUTATIONS: Mutation[] = [
  (xml, random) => splice(xml, random(xml.length), 1, String.fromCharCode(32 + random(95))),
  (xml, random) => splice(xml, random(xml.length), 1 + random(8), ''),
  (xml, random) => splice(xml, random(xml.length), 0, TOKENS[random(TOKENS.length)] ?? ''),
  (xml, random) => betweenTags(xml, random, (piece) => piece + piece), // an element twice
  (xml, random) => betweenTags(xml, random, () => ''), // an element gone
  (xml, random) => betweenTags(xml, random, (piece) => piece.replace(/>[^<]*</, '>eve@evil.example<')),
  (xml, random) => betweenTags(xml, random, (piece) => `<x>${piece}</x>`),
  (xml, random) => moveElement(xml, random, xml),
  (xml, random, other) => moveElement(xml, random, other),
  (xml, random) => onAttribute(xml, random, () => ''),
  (xml, random) => onAttribute(xml, random, (piece) => piece.replace(/"[^"]*"/, '"_evil"')),
  (xml, random) => onAttribute(xml, random, (piece) => piece + piece.replace('=', random(2) === 0 ? '2=' : '=')),
  (xml, random) => xml.replace(/ada@acme\.com/g, (match) => (random(2) === 0 ? 'eve@evil.example' : match)),
  (xml) => xml.replace(/></, '> <'),
  (xml, random) => xml.replace(/saml:|saml2:|ns1:/g, (match) => (random(20) === 0 ? '' : match)),
];

/** `count` messages, each made from one of `seeds` by one to three alterations of octets, elements, attributes or order. */
export function* mutations(seeds: readonly Buffer[], count: number, seed: number): Generator<Buffer> {
  const numbers = randomNumbers(seed);
  const random: Random = (below) => (below === 0 ? 0 : numbers() % below);
  const texts = seeds.map((octets) => octets.toString());
  for (let made = 0; made < count; made++) {
    let xml = texts[random(texts.length)] ?? '';
    for (let times = 1 + random(3); times > 0; times--) {
      const mutate = MUTATIONS[random(MUTATIONS.length)];
      if (mutate !== undefined) xml = mutate(xml, random, texts[random(texts.length)] ?? '');
    }
    const octets = Buffer.from(xml);
    if (random(10) === 0 && octets.length > 0) octets[random(octets.length)] = random(256);
    yield octets;
  }
}

function splice(text: string, from: number, length: number, piece: string): string {
  return text.slice(0, from) + piece + text.slice(from + length);
}

// From a start tag to the first end tag of its name: an element, wherever names do not nest.
function elementAt(xml: string, random: Random): [number, number] {
  const from = xml.indexOf('<', random(xml.length));
  const name = /^<([\w:.-]+)/.exec(xml.slice(from, from + 80))?.[1];
  if (from === -1 || name === undefined) return [0, 0];
  const end = xml.indexOf(`</${name}>`, from);
  return end === -1 ? [from, xml.indexOf('>', from) + 1] : [from, end + name.length + 3];
}

function betweenTags(xml: string, random: Random, change: (piece: string) => string): string {
  const [from, to] = elementAt(xml, random);
  return xml.slice(0, from) + change(xml.slice(from, to)) + xml.slice(to);
}

function moveElement(xml: string, random: Random, source: string): string {
  const [from, to] = elementAt(source, random);
  const place = xml.indexOf('<', random(xml.length));
  return place === -1 ? xml : splice(xml, place, 0, source.slice(from, to));
}

function onAttribute(xml: string, random: Random, change: (piece: string) => string): string {
  const start = random(xml.length);
  const found = / [\w:]+="[^"]*"/.exec(xml.slice(start, start + 400));
  if (found === null) return xml;
  return splice(xml, start + found.index, found[0].length, change(found[0]));
}
