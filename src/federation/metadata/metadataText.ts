import { SaxesParser } from 'saxes';
import { quote, refuse } from './metadataError.ts';

/** How large metadata may be, fetched, uploaded or pasted. Those of Entra and AD FS, the largest in common use, stay far below. */
export const MAX_METADATA_BYTES = 1_000_000;

const MAX_NODES = 10_000; // far above what Entra and AD FS send
const MAX_DEPTH = 32;
const MAX_ATTRIBUTES_OF_AN_ELEMENT = 64;
const MAX_NAMESPACES_IN_SCOPE = 32; // xml2js's parser copies them all at the end of every element
const MAX_ATTRIBUTE_LENGTH = 8_192;

type Parser = SaxesParser<{ xmlns: true }>;

/**
 * Turns what was fetched, uploaded or pasted into the text of one XML document, without what editors and copying leave around it.
 * UTF-8 is what providers send; UTF-16 with a byte order mark is what PowerShell makes of it when it saves a file.
 * @throws a refusal: empty, too_large, not_utf8, is_html, not_xml
 */
export function decodeMetadata(input: Uint8Array | string): string {
  const bytes = typeof input === 'string' ? Buffer.byteLength(input) : input.byteLength;
  if (bytes > MAX_METADATA_BYTES) {
    refuse(
      'too_large',
      'This is larger than 1 MB. Metadata of one provider is much smaller: check that it is the right file.',
    );
  }
  const text = withoutByteOrderMark(typeof input === 'string' ? input : decodeBytes(input)).trim();
  if (text === '') refuse('empty', 'There is nothing in it. Give the metadata of the identity provider.');
  if (/^(<!--.{0,1000}?-->\s*)?<(!doctype\s+html|html)\b/is.test(text)) {
    refuse(
      'is_html',
      'This is a web page (HTML), not metadata. The address may need a log-in, or be the page that links to the metadata: ' +
        'give the address of the XML itself, or download the file and upload it.',
    );
  }
  if (!text.startsWith('<')) {
    refuse(
      'not_xml',
      `This is not XML: it begins with ${quote(text.slice(0, 20))}. Copy the whole metadata, from its first "<".`,
    );
  }
  return text;
}

/**
 * Reads the document once, in linear time, and refuses whatever honest metadata never has, before a parser that builds a tree sees it.
 * @param xml at most MAX_METADATA_BYTES
 * @throws a refusal: doctype, processing_instruction, too_complex, forbidden_name, not_xml
 */
export function checkMetadataLimits(xml: string): void {
  const parser: Parser = new SaxesParser({ xmlns: true, forceXMLVersion: true, defaultXMLVersion: '1.0' });
  parser.on('error', (error) => refuseForm(error.message, parser));
  forbidConstructs(parser);
  limitSize(parser);
  parser.write(xml).close();
}

function decodeBytes(bytes: Uint8Array): string {
  try {
    return new TextDecoder(encodingOf(bytes), { fatal: true }).decode(bytes);
  } catch {
    return refuse('not_utf8', 'This file is not UTF-8 text. Download the metadata again and upload it unchanged.');
  }
}

function encodingOf([first, second]: Uint8Array): string {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  return 'utf-8';
}

function withoutByteOrderMark(text: string): string {
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}

function forbidConstructs(parser: Parser): void {
  parser.on('doctype', () =>
    refuse(
      'doctype',
      'This has a DOCTYPE, which metadata never needs and Anteroom does not read. Remove it, or get the metadata anew.',
    ),
  );
  parser.on('processinginstruction', ({ target }) =>
    refuse(
      'processing_instruction',
      `This has a processing instruction (${quote(`<?${target}`)}), which metadata never needs. Remove it.`,
    ),
  );
}

function limitSize(parser: Parser): void {
  const nodes = counter(MAX_NODES, 'parts');
  const depth = counter(MAX_DEPTH, 'levels');
  const attributes = counter(MAX_ATTRIBUTES_OF_AN_ELEMENT, 'attributes on one element');
  const namespaces = counter(MAX_NAMESPACES_IN_SCOPE, 'namespaces');
  for (const event of ['text', 'cdata', 'comment'] as const) parser.on(event, () => nodes.add(1));
  parser.on('opentagstart', ({ name }) => {
    checkName(name);
    nodes.add(1);
    depth.add(1);
    attributes.reset();
  });
  parser.on('attribute', ({ name, value }) => {
    checkName(name);
    nodes.add(1);
    attributes.add(1);
    if (value.length > MAX_ATTRIBUTE_LENGTH) {
      refuseComplex(`an attribute of more than ${MAX_ATTRIBUTE_LENGTH} characters`);
    }
  });
  parser.on('opentag', ({ ns }) => namespaces.add(Object.keys(ns).length));
  parser.on('closetag', ({ ns }) => {
    depth.add(-1);
    namespaces.add(-Object.keys(ns).length);
  });
}

function counter(limit: number, what: string) {
  let count = 0;
  return {
    add: (number: number) => {
      count += number;
      if (count > limit) refuseComplex(`more than ${limit} ${what}`);
    },
    reset: () => {
      count = 0;
    },
  };
}

/** The tree builder keeps names as keys of plain objects. */
function checkName(name: string): void {
  if (name.includes('__proto__'))
    refuse('forbidden_name', `This has an element or attribute called ${quote(name)}, which is not of any metadata.`);
}

function refuseComplex(what: string): never {
  return refuse(
    'too_complex',
    `This has ${what}, which metadata of one identity provider never has. Check that it is the right file, ` +
      'and not the collection of a whole federation.',
  );
}

function refuseForm(message: string, { line, column }: { line: number; column: number }): never {
  const detail = message.replace(/^[\d:]+ |\.$/g, '').slice(0, 120);
  return refuse(
    'not_xml',
    `This is not well-formed XML (line ${line}, column ${column}: ${detail}). Copy the whole metadata again, or upload the file.`,
  );
}
