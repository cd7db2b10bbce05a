/**
 * Decodes base64 (RFC 4648 4) strictly: the alphabet, the padding and the unused bits must all be right. Blanks and line breaks may stand
 * anywhere, as providers wrap their lines. Gives the octets, or undefined where it is not base64 or empty.
 */
export function decodeBase64(text: string): Buffer | undefined {
  const octets = Buffer.from(text, 'base64');
  if (octets.length === 0) return undefined;
  const canonical = octets.toString('base64');
  return canonical === text || canonical === text.replace(/[\t\n\r ]+/g, '') ? octets : undefined;
}
