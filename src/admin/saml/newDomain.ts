import type { Request, Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import type { FieldErrors } from '../../errors.ts';
import { addDomain } from '../../federation/domains.ts';
import { SAML } from '../../paths.ts';
import { leadTo } from '../../web/flash.ts';
import { field } from '../../web/form.ts';

const PATH = `${SAML}/domains/new`;

/** New domain. */
export function newDomainRoutes(router: Router, deps: Deps): void {
  router.get(PATH, (_req, res) => show(res, '', {}));
  router.post(PATH, (req, res) => add(deps, req, res));
}

async function add(deps: Deps, req: Request, res: Response): Promise<void> {
  const entered = field(req, 'url');
  const added = await addDomain(deps, entered);
  if (!added.ok) return show(res.status(422), entered, added.errors);
  await leadTo(res, `${SAML}#${added.value.id}`, `${added.value.url} was added. Next: Setup Domain.`);
}

function show(res: Response, entered: string, errors: FieldErrors): void {
  res.render('settings/saml/newDomain', { title: 'Add a domain', entered, errors, paths: { here: PATH, back: SAML } });
}
