/** An attribute as it was parsed; `xmlns` declarations are not among these. */
export type Attribute = {
  name: string; // as written, with its prefix
  prefix: string; // '' where there is none
  local: string;
  uri: string; // '' where there is no prefix
  value: string; // normalised as XML 1.0 3.3.3 says
};

/** A namespace declaration; prefix '' is the default namespace. */
export type NamespaceDeclaration = { prefix: string; uri: string };

/** An element. Text is a string; comments are not kept, because no canonical form that is accepted here has them. */
export type XmlElement = {
  name: string; // as written, with its prefix
  prefix: string;
  local: string;
  uri: string;
  attributes: readonly Attribute[];
  declarations: readonly NamespaceDeclaration[];
  children: (XmlElement | string)[];
  parent: XmlElement | undefined;
};

/** Whether an element has this namespace and this local name. */
export function isElement(element: XmlElement | undefined, uri: string, local: string): element is XmlElement {
  return element !== undefined && element.local === local && element.uri === uri;
}

/** The value of an attribute in no namespace, undefined where there is none. */
export function attributeOf(element: XmlElement, local: string): string | undefined {
  for (const attribute of element.attributes) {
    if (attribute.local === local && attribute.prefix === '') return attribute.value;
  }
  return undefined;
}

/** The child elements, or undefined where text other than blanks stands between them. */
export function elementsOf(element: XmlElement): XmlElement[] | undefined {
  const elements: XmlElement[] = [];
  for (const child of element.children) {
    if (typeof child !== 'string') elements.push(child);
    else if (!isBlank(child)) return undefined;
  }
  return elements;
}

/** The text of an element that holds text alone, undefined where it holds elements. */
export function textOf(element: XmlElement): string | undefined {
  const [first, ...rest] = element.children;
  if (first === undefined) return '';
  return typeof first === 'string' && rest.length === 0 ? first : undefined;
}

/** The first child with this name, undefined where there is none. */
export function childOf(element: XmlElement, uri: string, local: string): XmlElement | undefined {
  for (const child of element.children) {
    if (typeof child !== 'string' && child.local === local && child.uri === uri) return child;
  }
  return undefined;
}

/** Whether a text is XML white space only (XML 1.0 2.3). */
export function isBlank(text: string): boolean {
  return text.charCodeAt(0) <= 0x20 && !/[^\t\n\r ]/.test(text);
}
