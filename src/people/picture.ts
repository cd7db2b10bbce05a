import { hash } from 'node:crypto';
import { type Checked, invalid } from '../errors.ts';

const MAX_KB = 48;

/** A picture of a type that cannot contain scripts. */
export type Picture = { type: string; bytes: Buffer };

/** Checks an uploaded picture: PNG, JPEG, GIF or WebP of at most 48 KB. @param field the field of its error */
export function readPicture(bytes: Uint8Array, field: string): Checked<Picture> {
  const type = pictureType(bytes);
  if (type === undefined) return invalid({ [field]: 'Use a PNG, JPEG, GIF or WebP picture.' });
  if (bytes.length > MAX_KB * 1024)
    return invalid({ [field]: `This picture is too large: use one of at most ${MAX_KB} KB.` });
  return { ok: true, value: { type, bytes: Buffer.from(bytes) } };
}

/** Returns the media type of a picture by its first bytes: browsers tell it by the name of the file. Undefined for anything else, such as SVG. */
export function pictureType(bytes: Uint8Array): string | undefined {
  const start = Buffer.from(bytes.subarray(0, 12)).toString('latin1');
  if (start.startsWith('\x89PNG')) return 'image/png';
  if (start.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  if (start.startsWith('GIF8')) return 'image/gif';
  return start.startsWith('RIFF') && start.endsWith('WEBP') ? 'image/webp' : undefined;
}

/** Returns what identifies a picture in its URL. */
export function pictureDigest(bytes: Buffer): string {
  return hash('sha256', bytes, 'hex').slice(0, 16);
}
