import { SaxesParser } from 'saxes';
import { quote, refuse } from './metadataError.ts';

const MAX_NODES = 10_000; // far above what Entra and AD FS send
const MAX_DEPTH = 32;
const MAX_ATTRIBUTES_OF_AN_ELEMENT = 64;
const MAX_NAMESPACES_IN_SCOPE = 32; // xml2js's parser copies them all at the end of every element
const MAX_ATTRIBUTE_LENGTH = 8_192;

type Parser = SaxesParser<{ xmlns: true }>;

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
