/** The most bytes of a picture that is stored. */
export const MAX_PICTURE_BYTES = 48 * 1024;

/** Returns the media type of a picture by its first bytes: browsers tell it by the name of the file. Undefined for anything else, such as SVG. */
export function pictureType(bytes: Uint8Array): string | undefined {
  const start = Buffer.from(bytes.subarray(0, 12)).toString('latin1');
  if (start.startsWith('\x89PNG')) return 'image/png';
  if (start.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  if (start.startsWith('GIF8')) return 'image/gif';
  return start.startsWith('RIFF') && start.endsWith('WEBP') ? 'image/webp' : undefined;
}
