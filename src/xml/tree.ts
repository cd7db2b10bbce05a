/** A parsed attribute. `xmlns` declarations are kept apart. */
export type Attribute = {
  name: string; // as written, with its prefix
  prefix: string; // '' if none
  local: string;
  uri: string; // '' without a prefix
  value: string; // normalized (XML 1.0 3.3.3)
};

/** A namespace declaration; prefix '' is the default namespace. */
export type NamespaceDeclaration = { prefix: string; uri: string };

/** An element. A text is a string; comments are dropped, because what is signed must not need them. */
export type XmlElement = {
  name: string; // as written, with its prefix
  prefix: string;
  local: string;
  uri: string;
  attributes: readonly Attribute[];
  declarations: readonly NamespaceDeclaration[];
  children: (XmlElement | string)[];
  parent: XmlElement | undefined;
  commented?: true; // a comment was among its children
};

/** Returns whether an element has this namespace and local name. */
export function isElement(element: XmlElement | undefined, uri: string, local: string): element is XmlElement {
  return element !== undefined && element.local === local && element.uri === uri;
}

/** Returns the value of an attribute without a namespace, or undefined. */
export function attributeOf(element: XmlElement, local: string): string | undefined {
  for (const attribute of element.attributes) {
    if (attribute.local === local && attribute.prefix === '') return attribute.value;
  }
  return undefined;
}

/** Returns the child elements, or undefined if there is text other than white space between them. */
export function elementsOf(element: XmlElement): XmlElement[] | undefined {
  const elements: XmlElement[] = [];
  for (const child of element.children) {
    if (typeof child !== 'string') elements.push(child);
    else if (!isBlank(child)) return undefined;
  }
  return elements;
}

/** Returns the text of an element, or undefined if it has child elements. */
export function textOf(element: XmlElement): string | undefined {
  const [first, ...rest] = element.children;
  if (first === undefined) return '';
  return typeof first === 'string' && rest.length === 0 ? first : undefined;
}

/** Returns the first child with this name, or undefined. */
export function childOf(element: XmlElement, uri: string, local: string): XmlElement | undefined {
  for (const child of element.children) {
    if (typeof child !== 'string' && child.local === local && child.uri === uri) return child;
  }
  return undefined;
}

/** Returns the children with this name. */
export function childrenOf(element: XmlElement, uri: string, local: string): XmlElement[] {
  return element.children.filter((child) => typeof child !== 'string' && isElement(child, uri, local)) as XmlElement[];
}

/** Returns whether something is true of an element or one inside it. */
export function anyElement(element: XmlElement, test: (element: XmlElement) => boolean): boolean {
  return test(element) || element.children.some((child) => typeof child !== 'string' && anyElement(child, test));
}

/** Returns whether a text is XML white space only (XML 1.0 2.3). */
export function isBlank(text: string): boolean {
  return text.charCodeAt(0) <= 0x20 && !/[^\t\n\r ]/.test(text);
}
