import type { Request, RequestHandler } from 'express';
import { AppError } from '../errors.ts';

/** Methods that change nothing (RFC 9110 9.2.1). TRACE, which is also safe, is not answered here. */
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Refuses a request that could change something and was not sent by a page of the domain (docs/decisions/csrf-by-headers.md).
 * Browsers say which page sent it: in Sec-Fetch-Site at https and localhost, in Origin everywhere. A page cannot set either header.
 */
export const csrfProtection: RequestHandler = (req, res, next) => {
  if (SAFE.has(req.method) || isSameOrigin(req, res.locals.domain.url)) return next();
  throw new AppError(403, `Open this page at ${res.locals.domain.url} and submit the form again.`, {
    title: 'This request did not come from this site',
  });
};

function isSameOrigin(req: Request, origin: string): boolean {
  const site = req.get('sec-fetch-site');
  return site === undefined ? req.get('origin') === origin : site === 'same-origin';
}
