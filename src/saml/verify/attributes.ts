import { attributeOf, childOf, elementsOf, isElement, textOf, type XmlElement } from '../../xml/tree.ts';
import { childElements, malformed, SAML } from './elements.ts';

const XSI = 'http://www.w3.org/2001/XMLSchema-instance';

/**
 * Reads all AttributeStatements (saml-core 2.7.3) to values by Name; the values of a repeated Name are joined in order. No Name is special.
 * A value with `xsi:nil` is skipped, an empty one is ''. A nested NameID (eduPersonTargetedID) is read as its text; other nested elements
 * and EncryptedAttributes are skipped.
 */
export function readAttributes(statements: readonly XmlElement[]): Map<string, string[]> {
  const attributes = new Map<string, string[]>();
  for (const statement of statements) {
    for (const attribute of childElements(statement)) {
      if (isElement(attribute, SAML, 'Attribute')) addAttribute(attributes, attribute);
    }
  }
  return attributes;
}

function addAttribute(attributes: Map<string, string[]>, attribute: XmlElement): void {
  const name = attributeOf(attribute, 'Name') ?? malformed('a Name of an Attribute');
  const values = attributes.get(name) ?? [];
  for (const element of childElements(attribute)) {
    const value = isElement(element, SAML, 'AttributeValue') ? readValue(element) : undefined;
    if (value !== undefined) values.push(value);
  }
  attributes.set(name, values);
}

function readValue(element: XmlElement): string | undefined {
  const text = textOf(element);
  if (text === undefined) {
    const nameId = childOf(element, SAML, 'NameID');
    return nameId !== undefined && elementsOf(element)?.length === 1 ? textOf(nameId) : undefined;
  }
  return text === '' && isNil(element) ? undefined : text;
}

function isNil(element: XmlElement): boolean {
  return element.attributes.some(
    ({ uri, local, value }) => uri === XSI && local === 'nil' && (value === 'true' || value === '1'),
  );
}
