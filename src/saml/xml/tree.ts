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
  attributes: Attribute[];
  declarations: NamespaceDeclaration[];
  children: (XmlElement | string)[];
  parent: XmlElement | undefined;
};
