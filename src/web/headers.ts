import type { RequestHandler, Response } from 'express';
import helmet from 'helmet';
import { isHttps } from './domain.ts';

const YEAR_S = 31_536_000;

/**
 * Sets the security headers of pages: a content policy without inline script or style, no framing, no sniffing, no referrer for other
 * sites (same-origin and not no-referrer: docs/decisions/csrf-by-headers.md).
 */
export const pageHeaders: RequestHandler = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'", 'data:'],
      fontSrc: ["'self'"],
      connectSrc: ["'self'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
      baseUri: ["'none'"],
    },
  },
  crossOriginEmbedderPolicy: false,
  // For Internet Explorer, Flash and early Chrome only
  xDnsPrefetchControl: false,
  xDownloadOptions: false,
  xPermittedCrossDomainPolicies: false,
  xXssProtection: false,
  frameguard: { action: 'deny' },
  referrerPolicy: { policy: 'same-origin' },
  strictTransportSecurity: false, // only at https domains: strictTransport
});

/** Sets the headers that keep a browser from treating data for programs as a page. */
export const dataHeaders: RequestHandler = (_req, res, next) => {
  res.setHeader('content-security-policy', "default-src 'none';frame-ancestors 'none'");
  res.setHeader('x-content-type-options', 'nosniff');
  next();
};

/** Tells browsers to use https only (RFC 6797), at domains whose URL does. */
export const strictTransport: RequestHandler = (req, res, next) => {
  if (isHttps(req)) res.setHeader('strict-transport-security', `max-age=${YEAR_S}`);
  next();
};

/** Keeps responses out of caches: a page must not come back after the logout. */
export const noStore: RequestHandler = (_req, res, next) => {
  res.setHeader('cache-control', 'no-store');
  next();
};

/**
 * Lets the form of this page be sent to another origin, for the POST binding. Browsers apply the policy to redirects of that origin too,
 * and a provider may redirect to any other, so every https address is allowed as well.
 */
export function allowFormTo(res: Response, address: string): void {
  const policy = String(res.getHeader('content-security-policy'));
  const origins = `${new URL(address).origin} https:`;
  res.setHeader(
    'content-security-policy',
    policy.replace("form-action 'self'", () => `form-action ${origins}`),
  );
}
