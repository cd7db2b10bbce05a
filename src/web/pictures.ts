import type { RequestHandler } from 'express';
import type { Deps } from '../deps.ts';
import { findProviderLogo } from '../federation/logos.ts';
import { findMark } from '../people/intranetMark.ts';

/**
 * Serves the picture beside the name of the intranet, and those of the buttons of providers. The digest is in the URL, so that browsers may
 * keep a picture and load a new one.
 */
export function pictureOf({ store }: Deps): RequestHandler<{ digest: string }> {
  return async (req, res, next) => {
    const { digest } = req.params;
    const picture = (await findMark(store.db, digest)) ?? (await findProviderLogo(store.db, digest));
    if (!picture) return next();
    res.type(picture.type).setHeader('cache-control', 'public, max-age=31536000, immutable');
    res.send(picture.bytes);
  };
}
