import { inheritedXmlAttributes, namespaceInScope, namespacesInScope } from './scope.ts';
import type { Attribute, NamespaceDeclaration, XmlElement } from './tree.ts';

/**
 * A canonical form: inclusive (Canonical XML 1.0) or exclusive (Exclusive XML Canonicalization 1.0). `prefixes` are those of
 * InclusiveNamespaces, `''` for `#default`. Comments are not written.
 */
export type CanonicalForm = { exclusive: boolean; prefixes: readonly string[] };

type Writer = { text: string; form: CanonicalForm; rendered: NamespaceDeclaration[]; omitted: XmlElement | undefined };

/**
 * Returns the canonical form of an element, in time linear in its size. `omitted` is the signature that the enveloped-signature transform
 * removes (xmldsig-core 6.6.4).
 */
export function canonicalize(element: XmlElement, form: CanonicalForm, omitted?: XmlElement): string {
  const writer: Writer = { text: '', form, rendered: [], omitted };
  const inherited = form.exclusive ? [] : inheritedXmlAttributes(element);
  writeElement(writer, element, apexNamespaces(element, form), [...element.attributes, ...inherited]);
  return writer.text;
}

/** Writes the canonical form of a document as it is read in pieces. `take` returns what was written since the last time. */
export type CanonicalStream = {
  open(container: XmlElement): void;
  add(child: XmlElement | string): void;
  close(container: XmlElement): void;
  take(): string;
};

/** Returns a stream of the canonical form of a document. The text is the one that canonicalize() returns for its root. */
export function canonicalStream(form: CanonicalForm): CanonicalStream {
  const writer: Writer = { text: '', form, rendered: [], omitted: undefined };
  const heights: number[] = [];
  return {
    open(container) {
      const isRoot = heights.push(writer.rendered.length) === 1;
      const candidates = isRoot ? apexNamespaces(container, form) : ownNamespaces(container, form);
      writeStartTag(writer, container, candidates, container.attributes);
    },
    add: (child) => writeChild(writer, child),
    close({ name }) {
      writer.text += `</${name}>`;
      writer.rendered.length = heights.pop() ?? 0;
    },
    take() {
      const { text } = writer;
      writer.text = '';
      return text;
    },
  };
}

/**
 * Returns the namespace name of a prefix at an element as the canonical form of `apex`, the element itself or an ancestor, says it, or
 * undefined. The exclusive form leaves out declarations, so the document may say something else.
 */
export function canonicalNamespace(
  apex: XmlElement,
  form: CanonicalForm,
  element: XmlElement,
  prefix: string,
): string | undefined {
  const rendered: NamespaceDeclaration[] = [];
  const render = (at: XmlElement): void => {
    if (at !== apex && at.parent !== undefined) render(at.parent);
    renderNamespaces(rendered, at, at === apex ? apexNamespaces(at, form) : ownNamespaces(at, form), form);
  };
  render(element);
  return rendered.findLast((declaration) => declaration.prefix === prefix)?.uri;
}

function writeElement(
  writer: Writer,
  element: XmlElement,
  candidates: readonly NamespaceDeclaration[],
  attributes: readonly Attribute[],
): void {
  const height = writer.rendered.length;
  writeStartTag(writer, element, candidates, attributes);
  for (const child of element.children) writeChild(writer, child);
  writer.text += `</${element.name}>`;
  writer.rendered.length = height;
}

function writeStartTag(
  writer: Writer,
  element: XmlElement,
  candidates: readonly NamespaceDeclaration[],
  attributes: readonly Attribute[],
): void {
  writer.text += `<${element.name}`;
  writeNamespaces(writer, element, candidates);
  writeAttributes(writer, attributes);
  writer.text += '>';
}

function writeChild(writer: Writer, child: XmlElement | string): void {
  if (typeof child === 'string') writer.text += escapeText(child);
  else if (child !== writer.omitted) writeElement(writer, child, ownNamespaces(child, writer.form), child.attributes);
}

// Namespaces to write besides the visibly used ones: at the apex all in scope, below it those that the element declares.
function apexNamespaces(element: XmlElement, form: CanonicalForm): NamespaceDeclaration[] {
  if (!form.exclusive) return namespacesInScope(element);
  const listed: NamespaceDeclaration[] = [];
  for (const prefix of form.prefixes) {
    const uri = namespaceInScope(element, prefix);
    if (uri !== undefined) listed.push({ prefix, uri });
  }
  return listed;
}

function ownNamespaces(element: XmlElement, form: CanonicalForm): readonly NamespaceDeclaration[] {
  if (!form.exclusive || element.declarations.length === 0) return element.declarations;
  return element.declarations.filter(({ prefix }) => form.prefixes.includes(prefix));
}

function writeNamespaces(writer: Writer, element: XmlElement, candidates: readonly NamespaceDeclaration[]): void {
  const { rendered, form } = writer;
  const height = rendered.length;
  renderNamespaces(rendered, element, candidates, form);
  const added = rendered.length - height;
  if (added === 0) return;
  const fresh = added === 1 ? rendered.slice(height) : rendered.slice(height).sort(byPrefix);
  for (const { prefix, uri } of fresh)
    writer.text += ` xmlns${prefix === '' ? '' : `:${prefix}`}="${escapeValue(uri)}"`;
}

/** Adds what the canonical form declares at an element to what it declared around it. */
function renderNamespaces(
  rendered: NamespaceDeclaration[],
  element: XmlElement,
  candidates: readonly NamespaceDeclaration[],
  form: CanonicalForm,
): void {
  for (const candidate of candidates) render(rendered, candidate.prefix, candidate.uri);
  if (!form.exclusive) return;
  render(rendered, element.prefix, element.uri);
  for (const { prefix, uri } of element.attributes) if (prefix !== '') render(rendered, prefix, uri);
}

function render(rendered: NamespaceDeclaration[], prefix: string, uri: string): void {
  if (prefix === 'xml') return;
  for (let at = rendered.length - 1; at >= 0; at--) {
    const earlier = rendered[at];
    if (earlier?.prefix !== prefix) continue;
    if (earlier.uri !== uri) rendered.push({ prefix, uri });
    return;
  }
  if (uri !== '') rendered.push({ prefix, uri });
}

function writeAttributes(writer: Writer, attributes: readonly Attribute[]): void {
  const ordered = areInOrder(attributes) ? attributes : [...attributes].sort(byNamespaceAndName);
  for (const { name, value } of ordered) writer.text += ` ${name}="${escapeValue(value)}"`;
}

// Most attributes are in order already, and copying and sorting costs more than writing them.
function areInOrder(attributes: readonly Attribute[]): boolean {
  for (let at = 1; at < attributes.length; at++) {
    if (byNamespaceAndName(attributes[at - 1] as Attribute, attributes[at] as Attribute) > 0) return false;
  }
  return true;
}

function byPrefix(one: NamespaceDeclaration, other: NamespaceDeclaration): number {
  return one.prefix < other.prefix ? -1 : 1;
}

// Namespace names and local names are ASCII, so UTF-16 order is the required order of code points.
function byNamespaceAndName(one: Attribute, other: Attribute): number {
  if (one.uri !== other.uri) return one.uri < other.uri ? -1 : 1;
  return one.local < other.local ? -1 : 1;
}

/** Returns a text as it is written between tags (xml-c14n 2.3). */
export function escapeText(text: string): string {
  if (!/[&<>\r]/.test(text)) return text;
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('\r', '&#xD;');
}

/** Returns a text as it is written in an attribute (xml-c14n 2.3). */
export function escapeValue(value: string): string {
  if (!/[&<"\t\n\r]/.test(value)) return value;
  const marked = value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
  return marked.replaceAll('\t', '&#x9;').replaceAll('\n', '&#xA;').replaceAll('\r', '&#xD;');
}
