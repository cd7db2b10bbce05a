import type { RequestHandler, Response } from 'express';
import helmet from 'helmet';

const YEAR_S = 31_536_000;

/** The security headers of every answer: a strict content policy without inline script or style, no framing, no sniffing, no referrer. */
export function securityHeaders(): RequestHandler {
  const secure = headers({ maxAge: YEAR_S, includeSubDomains: false });
  const plain = headers(false);
  return (req, res, next) => (req.secure ? secure : plain)(req, res, next);
}

/** Lets the form of this one page be sent to another origin, and nowhere else: the POST binding's page. */
export function allowFormTo(res: Response, address: string): void {
  const policy = String(res.getHeader('content-security-policy'));
  res.setHeader(
    'content-security-policy',
    policy.replace("form-action 'self'", `form-action ${new URL(address).origin}`),
  );
}

function headers(strictTransportSecurity: false | { maxAge: number; includeSubDomains: boolean }): RequestHandler {
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
    referrerPolicy: { policy: 'no-referrer' },
    strictTransportSecurity,
  });
}
