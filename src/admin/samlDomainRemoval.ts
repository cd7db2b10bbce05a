import { type Request, type Response, Router } from 'express';
import type { Deps } from '../deps.ts';
import { Conflict, type FieldErrors } from '../errors.ts';
import { consequencesOfRemoval, getDomain, removeDomain } from '../federation/domains.ts';
import { field } from '../web/form.ts';
import { identifierOnly } from '../web/query.ts';
import { flash } from '../web/render.ts';
import { domainPath, SAML, samlTrail } from './samlPaths.ts';

const PATH = `${domainPath(':domain')}/removal` as const;

const AT_IT = 'You are at this domain now. Open Application Settings at another domain to remove this one.';

/** Removing a domain: says in numbers what it touches, and wants the host typed. */
export function samlDomainRemovalRoutes(deps: Deps): Router {
  const router = Router();
  router.param('domain', identifierOnly);
  router.get(PATH, (req, res) => ask(deps, res, req.params.domain, '', {}));
  router.post(PATH, async (req, res) => {
    const typed = field(req, 'typed').trim();
    const errors = await remove(deps, req, res, req.params.domain, typed);
    if (!errors) return res.redirect(303, SAML);
    res.status(422);
    await ask(deps, res, req.params.domain, typed, errors);
  });
  return router;
}

async function remove(
  deps: Deps,
  req: Request,
  res: Response,
  id: string,
  typed: string,
): Promise<FieldErrors | undefined> {
  const { url } = await getDomain(deps, id);
  const { host } = new URL(url);
  if (id === res.locals.domain.id) return {};
  if (typed.toLowerCase() !== host) return { typed: `Type ${host} to confirm.` };
  try {
    await removeDomain(deps, id);
  } catch (error) {
    if (!(error instanceof Conflict)) throw error;
    return { '': error.message };
  }
  flash(req, `${host} was removed.`);
  return undefined;
}

async function ask(deps: Deps, res: Response, id: string, typed: string, errors: FieldErrors): Promise<void> {
  const domain = await getDomain(deps, id);
  const { host } = new URL(domain.url);
  const here = id === res.locals.domain.id;
  res.render('settings/saml/removeDomain', {
    title: `Remove ${host}?`,
    trail: [...samlTrail, { text: host, href: domainPath(id) }],
    domain,
    host,
    typed,
    errors: here ? { ...errors, '': AT_IT } : errors,
    back: domainPath(id),
    ...(await consequencesOfRemoval(deps, id)),
  });
}
