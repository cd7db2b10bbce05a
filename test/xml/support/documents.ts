import fc from 'fast-check';

const PREFIXES = ['', 'a', 'b', 'saml'];
const URIS = ['urn:a', 'urn:b', 'http://example.org/c', 'urn:a:b'];
const NAMES = ['x', 'y', 'Z', 'z-1', 'q.r', '_'];
const TEXTS = [
  '',
  ' ',
  '\n  ',
  'text',
  'ä€\u{1f600}',
  '&amp;&lt;&gt;',
  '&#13;&#10;',
  '&#x9;"\'',
  '>',
  '&quot;&apos;',
  '&#xD;\r\n\r',
  '&#x10FFFF;',
  '\t',
];

type Node = {
  name: string;
  prefix: string;
  declarations: [string, string][];
  attributes: [string, string, string][];
  children: Child[];
};
type Child = { element: Node } | { text: string } | { comment: string };

const pick = (values: string[]) => fc.constantFrom(...values);

const nodes = fc.letrec<{ node: Node; child: Child }>((tie) => ({
  child: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record({ text: pick(TEXTS) }),
    fc.record({ comment: pick(['', ' x ', 'a-b']) }),
    fc.record({ element: tie('node') }),
  ),
  node: fc.record({
    name: pick(NAMES),
    prefix: pick(PREFIXES),
    declarations: fc.uniqueArray(fc.tuple(pick(PREFIXES), pick([...URIS, ''])), {
      selector: ([prefix]) => prefix,
      maxLength: 4,
    }),
    attributes: fc.uniqueArray(fc.tuple(pick([...PREFIXES, 'xml']), pick(NAMES), pick(TEXTS)), {
      selector: ([prefix, name]) => `${prefix}:${name}`,
      maxLength: 4,
    }),
    children: fc.array(tie('child'), { maxLength: 5 }),
  }),
}));

/** Well-formed documents with many prefixes declared, redeclared and used; comments never touch a text that is not blank. */
export const documents: fc.Arbitrary<string> = nodes.node.map((node) => write(node, new Map()));

function write(node: Node, outer: Map<string, string>): string {
  const scope = new Map(outer);
  for (const [prefix, uri] of node.declarations) scope.set(prefix, prefix === '' || uri !== '' ? uri : 'urn:a');
  const declared = new Map(node.declarations.map(([prefix]) => [prefix, scope.get(prefix) ?? '']));
  for (const prefix of [node.prefix, ...node.attributes.map(([own]) => own)]) {
    if (prefix === '' || prefix === 'xml' || scope.has(prefix)) continue;
    scope.set(prefix, 'urn:b');
    declared.set(prefix, 'urn:b');
  }
  const tags = [...declared].map(([prefix, uri]) => (prefix === '' ? ` xmlns="${uri}"` : ` xmlns:${prefix}='${uri}'`));
  const name = qualified(node.prefix, node.name);
  const start = `<${name}${tags.join('')}${attributes(node, scope)}`;
  if (node.children.length === 0) return `${start} />`;
  return `${start}>${children(node.children, scope)}</${name}\n>`;
}

function attributes(node: Node, scope: Map<string, string>): string {
  const seen = new Set<string>();
  return node.attributes
    .filter(([prefix, name]) => {
      const key = `${prefix === '' || prefix === 'xml' ? prefix : scope.get(prefix)} ${name}`;
      return !seen.has(key) && seen.add(key);
    })
    .map(
      ([prefix, name, value]) =>
        ` ${qualified(prefix, name)} = "${value.replaceAll('"', '&quot;').replaceAll('<', '&lt;')}"`,
    )
    .join('');
}

function children(list: Child[], scope: Map<string, string>): string {
  const commented = list.some((child) => 'comment' in child);
  return list
    .map((child) => {
      if ('element' in child) return write(child.element, scope);
      if ('comment' in child) return `<!--${child.comment}-->`;
      return commented ? child.text.replace(/[^ \n\t]/g, '') : child.text;
    })
    .join('');
}

function qualified(prefix: string, name: string): string {
  return prefix === '' ? name : `${prefix}:${name}`;
}
