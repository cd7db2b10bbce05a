import { SaxesParser } from 'saxes';
import type { Attribute, NamespaceDeclaration, XmlElement } from '../../../src/xml/tree.ts';

/** A tree without the ways up, to be compared. */
export type PlainElement = Omit<XmlElement, 'parent' | 'children'> & { children: (PlainElement | string)[] };

const XMLNS = 'http://www.w3.org/2000/xmlns/';

/** Returns the tree that saxes builds, a strict parser by others, or undefined if it refuses or there is a DOCTYPE or processing instruction. */
export function treeBySaxes(octets: Buffer): PlainElement | undefined {
  try {
    return build(new TextDecoder('utf-8', { fatal: true }).decode(octets));
  } catch {
    return undefined;
  }
}

/** The same of a tree of src/. */
export function plainTree({ parent: _parent, children, ...element }: XmlElement): PlainElement {
  return { ...element, children: children.map((child) => (typeof child === 'string' ? child : plainTree(child))) };
}

function build(xml: string): PlainElement {
  const parser = new SaxesParser({ xmlns: true, position: false });
  const open: PlainElement[] = [];
  let root: PlainElement | undefined;
  parser.on('error', (error) => {
    throw error;
  });
  for (const event of ['doctype', 'processinginstruction'] as const)
    parser.on(event, () => {
      throw new Error(event);
    });
  parser.on('opentag', ({ name, prefix, local, uri, attributes }) => {
    const all = Object.values(attributes);
    const declared = all.filter((attribute) => attribute.uri === XMLNS).map(asDeclaration);
    const others = all.filter((attribute) => attribute.uri !== XMLNS).map(asAttribute);
    const element: PlainElement = {
      name,
      prefix,
      local,
      uri,
      attributes: others,
      declarations: declared,
      children: [],
    };
    open.at(-1)?.children.push(element);
    root ??= element;
    open.push(element);
  });
  parser.on('closetag', () => {
    open.pop();
  });
  const addText = (text: string) => {
    const children = open.at(-1)?.children;
    const last = children?.at(-1);
    if (children === undefined || text === '') return;
    if (typeof last === 'string') children[children.length - 1] = last + text;
    else children.push(text);
  };
  parser.on('comment', () => {
    const element = open.at(-1);
    if (element) element.commented = true;
  });
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.write(xml).close();
  if (root === undefined) throw new Error('no root');
  return root;
}

function asDeclaration({
  prefix,
  local,
  value,
}: {
  prefix: string;
  local: string;
  value: string;
}): NamespaceDeclaration {
  return { prefix: prefix === '' ? '' : local, uri: value };
}

function asAttribute({ name, prefix, local, uri, value }: Attribute): Attribute {
  return { name, prefix, local, uri, value };
}
