import type { RequestHandler, Response } from 'express';
import helmet from 'helmet';

/** Sets strict headers on every page: nothing inline, nothing from other servers, no frames. */
export function headers(): RequestHandler {
  return helmet({
    contentSecurityPolicy: { useDefaults: false, directives: directives([]) },
    referrerPolicy: { policy: 'strict-origin-when-cross-origin' },
    strictTransportSecurity: false,
  });
}

/** Lets the forms of this one page post to the application's origin too, which receives the SAML response. */
export function allowFormsTo(res: Response, url: string): void {
  const text = Object.entries(directives([new URL(url).origin]))
    .map(([name, values]) => `${name} ${values.join(' ')}`)
    .join('; ');
  res.setHeader('Content-Security-Policy', text);
}

/** Refuses every host name but the provider's own, against DNS rebinding. */
export function ownHostOnly(url: string): RequestHandler {
  const own = new URL(url).host;
  return (req, res, next) => {
    if (req.headers.host === own) return next();
    res.status(421).type('text/plain').send(`Open Cloud Directory at ${url}.`);
  };
}

function directives(formTargets: string[]): Record<string, string[]> {
  return {
    'default-src': ["'none'"],
    'script-src': ["'self'"],
    'style-src': ["'self'"],
    'font-src': ["'self'"],
    'img-src': ["'self'", 'data:'],
    'form-action': ["'self'", ...formTargets],
    'frame-ancestors': ["'none'"],
    'base-uri': ["'none'"],
  };
}
