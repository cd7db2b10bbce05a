import type { Request, Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import { conflictOf, type FieldErrors } from '../../errors.ts';
import { consequencesOfRemoval, getDomain, removeDomain } from '../../federation/domains.ts';
import { domainPath, SAML } from '../../paths.ts';
import type { Domain } from '../../store/domains.ts';
import { confirmationOf } from '../../web/confirmation.ts';
import { leadTo } from '../../web/flash.ts';
import { field } from '../../web/form.ts';

const PATH = `${domainPath(':domain')}/removal` as const;
const IN_USE = 'You are using this domain now. To remove it, open Application Settings at another domain.';

/** Removing a domain, after a confirmation. */
export function removeDomainRoutes(router: Router, deps: Deps): void {
  router.get(PATH, async (req, res) => show(deps, res, await getDomain(deps.store.db, req.params.domain), '', {}));
  router.post(PATH, async (req, res) => remove(deps, req, res, await getDomain(deps.store.db, req.params.domain)));
}

async function remove(deps: Deps, req: Request, res: Response, domain: Domain): Promise<void> {
  const { host } = new URL(domain.url);
  const typed = field(req, 'typed').trim();
  const word = confirmationOf(host);
  const errors =
    typed.toLowerCase() === word ? await removalConflict(deps, res, domain) : { typed: `Type ${word} to confirm.` };
  if (errors) return show(deps, res.status(422), domain, typed, errors);
  await leadTo(res, SAML, `${host} was removed.`);
}

async function removalConflict(deps: Deps, res: Response, { id }: Domain): Promise<FieldErrors | undefined> {
  if (id === res.locals.domain.id) return { '': IN_USE };
  return conflictOf(removeDomain(deps, id));
}

async function show(deps: Deps, res: Response, domain: Domain, typed: string, errors: FieldErrors): Promise<void> {
  const { host } = new URL(domain.url);
  const isInUse = domain.id === res.locals.domain.id;
  res.render('settings/saml/removeDomain', {
    title: `Remove ${host}?`,
    domain,
    host,
    typed,
    word: confirmationOf(host),
    isInUse,
    errors: isInUse ? { ...errors, '': IN_USE } : errors,
    back: domainPath(domain.id),
    ...(await consequencesOfRemoval(deps, domain.id)),
  });
}
