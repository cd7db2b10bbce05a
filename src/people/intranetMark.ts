import type { Db } from '../db/open.ts';
import { findSetting, writeSetting } from '../store/settings.ts';
import { type Picture, pictureDigest } from './picture.ts';

const SETTING = 'intranetMark';

type StoredMark = { type: string; base64: string };

/** Stores the picture beside the name of the intranet, or removes it (undefined). Returns its digest, '' without one. */
export async function writeMark(db: Db, mark: Picture | undefined): Promise<string> {
  if (!mark) {
    await writeSetting(db, SETTING, undefined);
    return '';
  }
  await writeSetting(db, SETTING, { type: mark.type, base64: mark.bytes.toString('base64') } satisfies StoredMark);
  return pictureDigest(mark.bytes);
}

/** Returns the mark with a digest, unless there is another one by now. */
export async function findMark(db: Db, digest: string): Promise<Picture | undefined> {
  const stored = (await findSetting(db, SETTING)) as StoredMark | undefined;
  if (!stored) return undefined;
  const bytes = Buffer.from(stored.base64, 'base64');
  return pictureDigest(bytes) === digest ? { type: stored.type, bytes } : undefined;
}
