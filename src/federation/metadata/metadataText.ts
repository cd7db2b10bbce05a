import { quote, refuse } from './metadataError.ts';

/** How large metadata may be, fetched, uploaded or pasted. Those of Entra and AD FS, the largest in common use, stay far below. */
export const MAX_METADATA_BYTES = 1_000_000;

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
