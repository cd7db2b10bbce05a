import type { Request, Response, Router } from 'express';
import type { Deps } from '../deps.ts';
import { providersForEmail } from '../federation/emailDomains.ts';
import { field } from '../web/form.ts';
import { returnPath, withReturn } from '../web/returnPath.ts';
import { showLogin } from './login.ts';

const LONGEST = 320; // characters of an e-mail address (RFC 3696, erratum 1690)

/** The form of a Log-In screen that asks for the e-mail address first, and leads on to the provider for it. */
export function emailFirstRoutes(router: Router, deps: Deps): void {
  router.post('/login', (req, res) => leadOn(deps, req, res));
}

async function leadOn(deps: Deps, req: Request, res: Response): Promise<void> {
  const email = field(req, 'email').trim().slice(0, LONGEST);
  const returnTo = returnPath(field(req, 'return'), res.locals.domain.url);
  if (!/^[^@\s]+@[^@\s]+$/.test(email))
    return showLogin(deps, req, res.status(422), { returnTo, email, emailError: 'Enter your e-mail address.' });
  const [first, ...others] = await providersForEmail(deps.store.db, res.locals.domain.id, email);
  if (!first) {
    const emailError = `People with an address of ${email.slice(email.lastIndexOf('@') + 1)} do not log in here. Check the address.`;
    return showLogin(deps, req, res.status(422), { returnTo, email, emailError });
  }
  if (others.length > 0) return showLogin(deps, req, res, { returnTo, email, choices: [first, ...others] });
  res.redirect(303, withReturn(`/saml/login/${first.id}`, returnTo, { login_hint: email }));
}
