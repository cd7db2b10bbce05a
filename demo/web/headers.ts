import type { RequestHandler, Response } from 'express';
import helmet from 'helmet';

/** Strict headers for every answer: nothing inline, nothing from elsewhere, no frames. */
export function headers(): RequestHandler {
  return helmet({
    contentSecurityPolicy: { useDefaults: false, directives: directives([]) },
    referrerPolicy: { policy: 'strict-origin-when-cross-origin' },
    strictTransportSecurity: false,
  });
}

/** Lets the forms of this one page go to another origin as well: that of the application which gets the answer. */
export function allowFormsTo(res: Response, url: string): void {
  const text = Object.entries(directives([new URL(url).origin]))
    .map(([name, values]) => `${name} ${values.join(' ')}`)
    .join('; ');
  res.setHeader('Content-Security-Policy', text);
}

/** Answers only to the provider's own host name, so that no other name can be made to point here. */
export function ownHostOnly(url: string): RequestHandler {
  const own = new URL(url).host;
  return (req, res, next) => {
    if (req.headers.host === own) return next();
    res.status(421).type('text/plain').send(`Cloud Directory answers at ${url} only.`);
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
