import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { RequestHandler, Response } from 'express';
import helmet from 'helmet';

const YEAR_S = 31_536_000;

/** Of what programs read, which is no page: what keeps a browser from taking it for one. */
const ofData = new Map([
  ['content-security-policy', "default-src 'none';frame-ancestors 'none'"],
  ['x-content-type-options', 'nosniff'],
]);

/**
 * Sets the security headers: a content policy without inline script or style, no framing, no sniffing, no referrer for other sites
 * (same-origin and not no-referrer: docs/decisions/csrf-by-headers.md).
 * @param at.dataBelow the path, up to its last slash, below which answers are read by programs alone
 */
export function securityHeaders({ dataBelow }: { dataBelow: string }): RequestHandler {
  const ofPages = headersOf(securityPolicy());
  return (req, res, next) => {
    res.setHeaders(req.url.startsWith(dataBelow) ? ofData : ofPages);
    next();
  };
}

/** What a middleware sets that looks at nothing of the request: found out once, for it goes a long way to always the same. */
function headersOf(middleware: ReturnType<typeof helmet>): Map<string, string> {
  const req = new IncomingMessage(new Socket());
  const res = new ServerResponse(req);
  middleware(req, res, () => {});
  return new Map(Object.entries(res.getHeaders()).map(([name, value]) => [name, String(value)]));
}

function securityPolicy(): ReturnType<typeof helmet> {
  return helmet({
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
    frameguard: { action: 'deny' },
    referrerPolicy: { policy: 'same-origin' },
    strictTransportSecurity: false,
  });
}

/** Tells browsers to come by https alone (RFC 6797): at a domain whose address says so, once it is known. */
export const strictTransport: RequestHandler = (req, res, next) => {
  if (req.secure) res.setHeader('strict-transport-security', `max-age=${YEAR_S}`);
  next();
};

/** Nobody keeps what is made for one person: a page must not come back after the log-out. */
export const noStore: RequestHandler = (_req, res, next) => {
  res.setHeader('cache-control', 'no-store');
  next();
};

/**
 * Lets the form of this one page be sent to another origin: the POST binding's page. Browsers hold the addresses to which that origin
 * redirects against the policy too, and a provider may hand on to any other, so that every https address is allowed beside it.
 */
export function allowFormTo(res: Response, address: string): void {
  const policy = String(res.getHeader('content-security-policy'));
  const origins = `${new URL(address).origin} https:`;
  res.setHeader(
    'content-security-policy',
    policy.replace("form-action 'self'", () => `form-action ${origins}`),
  );
}
