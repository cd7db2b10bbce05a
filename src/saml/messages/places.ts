import { type Attribute, attributeOf, type XmlElement } from '../../xml/tree.ts';
import { DS, SAML, SAMLP, XENC } from '../verify/elements.ts';
import { PERSON_NAME } from '../verify/places.ts';

/** The messages of an attempt as trees. `named` is the attribute that names the person, '' for the NameID. */
export type MessageTrees = { request: XmlElement | undefined; response: XmlElement | undefined; named: string };

/** An element or one of its attributes. */
export type Place = { element: XmlElement; attribute: Attribute | undefined };

const NAMESPACES: ReadonlySet<string> = new Set([SAML, SAMLP, DS, XENC]);

/** Returns what is at a path of `placesRead`: elements in the order of the message, or their attributes. */
export function findPlaces(path: string, trees: MessageTrees): Place[] {
  const [message = '', ...steps] = path.split('/');
  let found = rootsOf(message, trees);
  if (path === PERSON_NAME) return namesOf(found, trees.named);
  for (const step of steps) {
    if (step.startsWith('@')) return found.flatMap((element) => attributePlace(element, step.slice(1)));
    found = found.flatMap((element) => childrenNamed(element, step));
  }
  return found.map((element) => ({ element, attribute: undefined }));
}

/** Returns the element in which a path that is not in the message is missing: the innermost one that is there. */
export function findPlaceOfMissing(path: string, trees: MessageTrees): Place | undefined {
  const missing = trees.named === '' ? 'Assertion/Subject/NameID' : 'Assertion/AttributeStatement/Attribute';
  for (let outer = path === PERSON_NAME ? missing : path; outer.includes('/'); ) {
    outer = outer.slice(0, outer.lastIndexOf('/'));
    const [place] = findPlaces(outer, trees);
    if (place) return place;
  }
  return undefined;
}

function rootsOf(message: string, { request, response }: MessageTrees): XmlElement[] {
  if (message === 'AuthnRequest') return request ? [request] : [];
  if (!response || message === 'Response' || message === 'Logout') return response ? [response] : [];
  const encrypted = childrenNamed(response, 'EncryptedAssertion');
  return [response, ...encrypted].flatMap((element) => childrenNamed(element, 'Assertion'));
}

function namesOf(assertions: XmlElement[], named: string): Place[] {
  const inside = (step: string) => (element: XmlElement) => childrenNamed(element, step);
  const found =
    named === ''
      ? assertions.flatMap(inside('Subject')).flatMap(inside('NameID'))
      : assertions
          .flatMap(inside('AttributeStatement'))
          .flatMap(inside('Attribute'))
          .filter((attribute) => attributeOf(attribute, 'Name') === named)
          .flatMap(inside('AttributeValue'));
  return found.map((element) => ({ element, attribute: undefined }));
}

function attributePlace(element: XmlElement, local: string): Place[] {
  const attribute = element.attributes.find((each) => each.local === local && each.prefix === '');
  return attribute ? [{ element, attribute }] : [];
}

function childrenNamed(element: XmlElement, local: string): XmlElement[] {
  const elements = element.children.filter((child) => typeof child !== 'string');
  return elements.filter((child) => child.local === local && NAMESPACES.has(child.uri));
}
