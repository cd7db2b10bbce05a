import type { Request, Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import { Conflict } from '../../errors.ts';
import { getDomain, pauseAutoLogin, setAutoLogin, setDefaultProvider } from '../../federation/domains.ts';
import { isProven, testedOf } from '../../federation/loginTests.ts';
import { getProvider } from '../../federation/providers.ts';
import { autoLoginPath, defaultProviderPath, providerPath, providersPath, SAML } from '../../paths.ts';
import type { Domain } from '../../store/domains.ts';
import type { IdentityProvider } from '../../store/identityProviders.ts';
import { leadAfter, leadTo } from '../../web/flash.ts';
import { field, ticked } from '../../web/form.ts';
import { queryText, withQuery } from '../../web/query.ts';

const PATH = autoLoginPath(':domain');
const DEFAULT = defaultProviderPath(':domain');

/** Enable Auto Login, Pause, and Make Default Provider. Each asks first if Auto Login would then use a provider that was not tested. */
export function autoLoginRoutes(router: Router, deps: Deps): void {
  router.get(PATH, (req, res) => askForAutoLogin(deps, res, req.params.domain));
  router.post(PATH, (req, res) => changeAutoLogin(deps, req, res, req.params.domain));
  router.post(`${PATH}/pause` as const, (req, res) => pause(deps, res, req.params.domain));
  router.get(DEFAULT, (req, res) => askForDefault(deps, res, req.params.domain, queryText(req, 'provider')));
  router.post(DEFAULT, (req, res) => changeDefault(deps, req, res, req.params.domain));
}

async function askForAutoLogin(deps: Deps, res: Response, id: string): Promise<void> {
  const domain = await getDomain(deps.store.db, id);
  if (domain.defaultProviderId === null) throw new Conflict('This domain has no Default Provider.');
  const provider = await getProvider(deps.store.db, domain.defaultProviderId);
  await ask(deps, res, domain, provider, {
    title: 'Enable Auto Login without a test?',
    path: autoLoginPath(id),
    fields: { autoLogin: 'on' },
    button: 'Enable Auto Login anyway',
    back: `${SAML}#${id}`,
  });
}

async function askForDefault(deps: Deps, res: Response, id: string, providerId: string): Promise<void> {
  const domain = await getDomain(deps.store.db, id);
  const provider = await getProvider(deps.store.db, providerId);
  await ask(deps, res, domain, provider, {
    title: 'Change the Default Provider without a test?',
    path: defaultProviderPath(id),
    fields: { provider: provider.id },
    button: 'Make Default Provider anyway',
    back: providersPath(id),
  });
}

type Question = { title: string; path: string; fields: Record<string, string>; button: string; back: string };

/** Says what happens, and offers the test that is missing. */
async function ask(deps: Deps, res: Response, domain: Domain, provider: IdentityProvider, question: Question) {
  const path = providerPath(domain.id, provider.id);
  res.render('settings/saml/autoLogin', {
    ...question,
    domain,
    host: new URL(domain.url).host,
    provider,
    tested: await testedOf(deps.store.db, domain, provider),
    isHere: domain.id === res.locals.domain.id,
    elsewhere: domain.url + path,
    lockedOut: `${path}/locked-out`,
  });
}

async function changeAutoLogin(deps: Deps, req: Request, res: Response, id: string): Promise<void> {
  const on = ticked(req, 'autoLogin');
  const domain = await getDomain(deps.store.db, id);
  if (on && !ticked(req, 'confirmed') && (await isUntested(deps, domain, domain.defaultProviderId)))
    return res.redirect(303, autoLoginPath(id));
  const { host } = new URL(domain.url);
  const done = on ? `Auto Login is on for ${host}.` : `Auto Login is off for ${host}. Visitors see the Log-In screen.`;
  await leadAfter(
    res,
    `${SAML}#${id}`,
    setAutoLogin(deps, id, on).then(() => done),
  );
}

/** It is resumed like it is enabled. */
async function pause(deps: Deps, res: Response, domainId: string): Promise<void> {
  const { id, url } = await getDomain(deps.store.db, domainId);
  await pauseAutoLogin(deps, id);
  const text = 'Visitors see the Log-In screen. Resume it below as soon as logins work again.';
  await leadTo(res, `${SAML}#${id}`, `Auto Login for ${new URL(url).host} is paused. ${text}`);
}

async function changeDefault(deps: Deps, req: Request, res: Response, id: string): Promise<void> {
  const domain = await getDomain(deps.store.db, id);
  const provider = field(req, 'provider');
  if (domain.autoLogin && !ticked(req, 'confirmed') && (await isUntested(deps, domain, provider)))
    return res.redirect(303, withQuery(defaultProviderPath(id), { provider }));
  await leadAfter(res, providersPath(id), madeDefault(deps, domain, provider));
}

async function madeDefault(deps: Deps, { id, url }: Domain, providerId: string): Promise<string> {
  const { host } = new URL(url);
  await setDefaultProvider(deps, id, providerId || undefined);
  if (providerId === '') return `${host} no longer has a Default Provider. Auto Login is off.`;
  const { name } = await getProvider(deps.store.db, providerId);
  return `${name} is now the Default Provider of ${host}. Next: click Back and, optionally, Enable Auto Login.`;
}

/** Without a Default Provider, Auto Login is refused anyway. */
async function isUntested({ store }: Deps, domain: Domain, providerId: string | null): Promise<boolean> {
  if (!providerId) return false;
  return !isProven(await testedOf(store.db, domain, await getProvider(store.db, providerId)));
}
