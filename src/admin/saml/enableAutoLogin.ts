import type { Request, Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import { Conflict } from '../../errors.ts';
import { getDomain, setAutoLogin } from '../../federation/domains.ts';
import { isProven, testedOf } from '../../federation/loginTests.ts';
import { getProvider } from '../../federation/providers.ts';
import { autoLoginPath, providerPath, SAML } from '../../paths.ts';
import { leadAfter } from '../../web/flash.ts';
import { ticked } from '../../web/form.ts';

const PATH = autoLoginPath(':domain');

/** Enable Auto Login. With a Default Provider that was not tested, it asks first. */
export function enableAutoLoginRoutes(router: Router, deps: Deps): void {
  router.get(PATH, (req, res) => ask(deps, res, req.params.domain));
  router.post(PATH, (req, res) => save(deps, req, res, req.params.domain));
}

/** Says what happens, and offers the test that is missing. */
async function ask(deps: Deps, res: Response, id: string): Promise<void> {
  const { db } = deps.store;
  const domain = await getDomain(db, id);
  if (domain.defaultProviderId === null) throw new Conflict('This domain has no Default Provider.');
  const provider = await getProvider(db, domain.defaultProviderId);
  const path = providerPath(domain.id, provider.id);
  res.render('settings/saml/enableAutoLogin', {
    title: 'Enable Auto Login without a test?',
    domain,
    host: new URL(domain.url).host,
    provider,
    tested: await testedOf(db, domain, provider),
    isHere: domain.id === res.locals.domain.id,
    paths: {
      here: autoLoginPath(domain.id),
      back: `${SAML}#${domain.id}`,
      elsewhere: domain.url + path,
      lockedOut: `${path}/locked-out`,
    },
  });
}

async function save(deps: Deps, req: Request, res: Response, id: string): Promise<void> {
  const on = ticked(req, 'autoLogin');
  const domain = await getDomain(deps.store.db, id);
  if (on && !ticked(req, 'confirmed') && (await isUntested(deps, id))) return res.redirect(303, autoLoginPath(id));
  const { host } = new URL(domain.url);
  const done = on ? `Auto Login is on for ${host}.` : `Auto Login is off for ${host}. Visitors see the Log-In screen.`;
  await leadAfter(
    res,
    `${SAML}#${id}`,
    setAutoLogin(deps, id, on).then(() => done),
  );
}

/** Without a Default Provider, Auto Login is refused anyway. */
async function isUntested({ store }: Deps, id: string): Promise<boolean> {
  const domain = await getDomain(store.db, id);
  if (domain.defaultProviderId === null) return false;
  return !isProven(await testedOf(store.db, domain, await getProvider(store.db, domain.defaultProviderId)));
}
