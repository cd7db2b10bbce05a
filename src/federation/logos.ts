import type { Db } from '../db/open.ts';
import type { Deps } from '../deps.ts';
import type { Checked } from '../errors.ts';
import { type Picture, pictureDigest, readPicture } from '../people/picture.ts';
import { deleteLogo, findLogo, writeLogo } from '../store/providerLogos.ts';
import { getProvider } from './providers.ts';

/** Checks and stores the picture of a provider's button on the Log-In screen; undefined removes it. @throws NotFound */
export async function saveLogo(
  deps: Deps,
  providerId: string,
  bytes: Uint8Array | undefined,
): Promise<Checked<undefined>> {
  const { db } = deps.store;
  await getProvider(db, providerId);
  const read = bytes && readPicture(bytes, 'logo');
  if (read && !read.ok) return read;
  if (read)
    await writeLogo(db, {
      providerId,
      digest: pictureDigest(read.value.bytes),
      type: read.value.type,
      base64: read.value.bytes.toString('base64'),
    });
  else await deleteLogo(db, providerId);
  return { ok: true, value: undefined };
}

/** Returns the picture of a provider's button with a digest. */
export async function findProviderLogo(db: Db, digest: string): Promise<Picture | undefined> {
  const logo = await findLogo(db, digest);
  return logo && { type: logo.type, bytes: Buffer.from(logo.base64, 'base64') };
}
