import type { RequestHandler } from 'express';
import type { Deps } from '../deps.ts';
import { findMark } from '../people/intranetMark.ts';

/** Serves the picture beside the name of the intranet. Its digest is in the URL, so that browsers may keep it and load a new one. */
export function markOf({ store }: Deps): RequestHandler<{ digest: string }> {
  return async (req, res, next) => {
    const mark = await findMark(store.db, req.params.digest);
    if (!mark) return next();
    res.type(mark.type).setHeader('cache-control', 'public, max-age=31536000, immutable');
    res.send(mark.bytes);
  };
}
