import { attributeOf, childOf, elementsOf, isElement, textOf, type XmlElement } from '../../xml/tree.ts';
import { SAML, XSI } from './namespaces.ts';
import { refuse } from './refusal.ts';

/**
 * The attributes of all AttributeStatements (saml-core 2.7.3), by Name; values of one Name given twice are joined in their order.
 * No name is special. A value that is `xsi:nil` is none, an empty one is ''; a nested NameID (eduPersonTargetedID) gives its text, other nested
 * elements are no value that can be compared and are left out. EncryptedAttributes are passed over.
 */
export function readAttributes(statements: readonly XmlElement[]): Map<string, string[]> {
  const attributes = new Map<string, string[]>();
  for (const statement of statements) {
    for (const attribute of elementsOf(statement) ?? malformed('no text in AttributeStatement')) {
      if (isElement(attribute, SAML, 'Attribute')) addAttribute(attributes, attribute);
    }
  }
  return attributes;
}

function addAttribute(attributes: Map<string, string[]>, attribute: XmlElement): void {
  const name = attributeOf(attribute, 'Name') ?? malformed('a Name of an Attribute');
  const values = attributes.get(name) ?? [];
  for (const element of elementsOf(attribute) ?? malformed('no text in Attribute')) {
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

function malformed(expected: string): never {
  return refuse('response_malformed', { expected });
}
