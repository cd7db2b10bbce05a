import type { Db } from '../db/open.ts';
import type { ProviderLogoRow } from '../db/schema.ts';
import type { Deps } from '../deps.ts';
import type { Checked } from '../errors.ts';
import { type Picture, pictureDigest, readPicture } from '../people/picture.ts';
import { deleteLogo, findLogo, listLogoDigests, writeLogo } from '../store/providerLogos.ts';
import { getProvider } from './providers.ts';
import { recordProviderChange } from './recordProvider.ts';

/** Checks and stores the picture of a provider's button on the Log-In screen; undefined removes it. @throws NotFound */
export async function saveLogo(
  deps: Deps,
  providerId: string,
  bytes: Uint8Array | undefined,
): Promise<Checked<undefined>> {
  const read = bytes && readPicture(bytes, 'logo');
  return deps.store.db.transaction().execute(async (trx) => {
    const provider = await getProvider(trx, providerId);
    if (read && !read.ok) return read;
    const before = (await listLogoDigests(trx)).get(providerId);
    const logo = read && logoOf(providerId, read.value);
    if (logo) await writeLogo(trx, logo);
    else await deleteLogo(trx, providerId);
    await recordProviderChange(deps, trx, provider, { logo: before }, { logo: logo?.digest });
    return { ok: true, value: undefined };
  });
}

/** Returns the picture of a provider's button with a digest. */
export async function findProviderLogo(db: Db, digest: string): Promise<Picture | undefined> {
  const logo = await findLogo(db, digest);
  return logo && { type: logo.type, bytes: Buffer.from(logo.base64, 'base64') };
}

function logoOf(providerId: string, { type, bytes }: Picture): ProviderLogoRow {
  return { providerId, digest: pictureDigest(bytes), type, base64: bytes.toString('base64') };
}
