/** Why a document is refused. A closed list; `message_too_large`, `xml_limit` and `xml_forbidden` come before any meaning is read. */
export type XmlReason =
  | 'message_too_large'
  | 'xml_malformed' // not well-formed XML 1.0 in UTF-8
  | 'xml_limit' // too many nodes, attributes, levels, namespaces or characters in one place
  | 'xml_forbidden'; // DOCTYPE, processing instruction, CDATA section, comment inside a text

/** The detail of a document in another encoding. */
export const NOT_UTF_8 = 'not UTF-8';

/** The only error that `parseXml` throws. `detail` is for the log, `position` is where it was found, counted from 1, if known. */
export class XmlError extends Error {
  readonly reason: XmlReason;
  readonly detail: string | undefined;
  position: { line: number; column: number } | undefined;

  constructor(reason: XmlReason, detail?: string) {
    super(detail === undefined ? reason : `${reason}: ${detail}`);
    this.reason = reason;
    this.detail = detail;
  }
}

/** Throws an XmlError. */
export function refuse(reason: XmlReason, detail?: string): never {
  throw new XmlError(reason, detail);
}
