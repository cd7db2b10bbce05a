import { hash } from 'node:crypto';
import type { Db } from '../db/open.ts';
import { type Checked, invalid } from '../errors.ts';
import { findSetting, writeSetting } from '../store/settings.ts';
import { MAX_PICTURE_BYTES, pictureType } from './picture.ts';

const SETTING = 'intranetMark';
const MAX_KB = MAX_PICTURE_BYTES / 1024;

/** The picture beside the name of the intranet. */
export type Mark = { type: string; bytes: Buffer };

type StoredMark = { type: string; base64: string };

/** Checks a picture that was uploaded as the mark. */
export function readMark(bytes: Uint8Array): Checked<Mark> {
  const type = pictureType(bytes);
  if (type === undefined) return invalid({ mark: 'Use a PNG, JPEG, GIF or WebP picture.' });
  if (bytes.length > MAX_PICTURE_BYTES)
    return invalid({ mark: `This picture is too large: use one of at most ${MAX_KB} KB.` });
  return { ok: true, value: { type, bytes: Buffer.from(bytes) } };
}

/** Stores the mark, or removes it (undefined). Returns its digest, '' without one. */
export async function writeMark(db: Db, mark: Mark | undefined): Promise<string> {
  if (!mark) {
    await writeSetting(db, SETTING, undefined);
    return '';
  }
  await writeSetting(db, SETTING, { type: mark.type, base64: mark.bytes.toString('base64') } satisfies StoredMark);
  return digestOf(mark.bytes);
}

/** Returns the mark with a digest, unless there is another one by now. */
export async function findMark(db: Db, digest: string): Promise<Mark | undefined> {
  const stored = (await findSetting(db, SETTING)) as StoredMark | undefined;
  if (!stored) return undefined;
  const bytes = Buffer.from(stored.base64, 'base64');
  return digestOf(bytes) === digest ? { type: stored.type, bytes } : undefined;
}

function digestOf(bytes: Buffer): string {
  return hash('sha256', bytes, 'hex').slice(0, 16);
}
