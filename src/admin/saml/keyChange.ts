import type { Request, Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import { retireKey, switchToNextKey } from '../../federation/domainKeys.ts';
import { getDomain } from '../../federation/domains.ts';
import { findRollover, missingIn } from '../../federation/keyRollover.ts';
import { domainPath, keysPath } from '../../paths.ts';
import { field } from '../../web/form.ts';
import { step } from './keys.ts';

const PATH = keysPath(':domain');

/** Switching to the next key, and retiring the old one, after a confirmation that says which providers do not know it yet. */
export function keyChangeRoutes(router: Router, deps: Deps): void {
  router.get(`${PATH}/switch` as const, (req, res) => show(deps, res, req.params.domain, 'switch'));
  router.get(`${PATH}/retirement` as const, (req, res) => show(deps, res, req.params.domain, 'retirement'));
  router.post(`${PATH}/switch` as const, (req, res) =>
    step(
      deps,
      req,
      res,
      (domain) => switchToNextKey(deps, domain, reviewedIn(req)),
      'The next key signs now. Test a login, then retire the old key.',
    ),
  );
  router.post(`${PATH}/retirement` as const, (req, res) =>
    step(deps, req, res, (domain) => retireKey(deps, domain, reviewedIn(req)), 'The key was deleted.'),
  );
}

/** Returns the ID of the key that the confirmation showed. */
function reviewedIn(req: Request): string | undefined {
  return field(req, 'key') || undefined;
}

const stepsThatAllow = { switch: ['published'], retirement: ['switched', 'cancelled'] };

async function show(deps: Deps, res: Response, id: string, change: 'switch' | 'retirement'): Promise<void> {
  const domain = await getDomain(deps.store.db, id);
  const rollover = await findRollover(deps, domain.id);
  if (!rollover || !stepsThatAllow[change].includes(rollover.step)) return res.redirect(303, keysPath(domain.id));
  const missing = missingIn(rollover);
  res.render('settings/saml/keyChange', {
    title: change === 'switch' ? 'Switch to the next key?' : 'Retire the key?',
    host: new URL(domain.url).host,
    change,
    rollover,
    missing,
    logins: missing.reduce((sum, { logins }) => sum + logins, 0),
    paths: { here: `${keysPath(domain.id)}/${change}`, keys: keysPath(domain.id), domain: domainPath(domain.id) },
  });
}
