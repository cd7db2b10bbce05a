import { type Request, type Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import type { FieldErrors } from '../../errors.ts';
import { getDomain } from '../../federation/domains.ts';
import { previewMetadata } from '../../federation/importMetadata.ts';
import {
  changeProvider,
  consequencesOf,
  getProvider,
  type ProviderInput,
  providerInputOf,
  readProviderInput,
  removeProvider,
  setProviderEnabled,
  shortBinding,
  singleSignOnFor,
} from '../../federation/providers.ts';
import type { IdentityProvider } from '../../store/identityProviders.ts';
import { hasWorked } from '../../store/loginActivity.ts';
import { flash } from '../../web/flash.ts';
import { field, ticked } from '../../web/form.ts';
import { identifierOnly } from '../../web/query.ts';
import { domainPath, providerPath, providersPath } from './paths.ts';

const PATH = providerPath(':domain', ':provider');

/** Edit identity provider: its settings, fetching its metadata again, switching it on and off, and removing it. */
export function identityProviderRoutes(deps: Deps): Router {
  const router = Router();
  for (const name of ['domain', 'provider']) router.param(name, identifierOnly);
  router.get(PATH, (req, res) => show(deps, res, req.params));
  router.post(PATH, (req, res) => save(deps, req, res, req.params));
  router.post(`${PATH}/metadata` as const, (req, res) => fetchAgain(deps, req, res, req.params));
  router.post(`${PATH}/activation` as const, async (req, res) => {
    const enabled = ticked(req, 'enabled');
    const { name, id } = await setProviderEnabled(deps, req.params.provider, enabled);
    await flash(
      req,
      enabled ? `${name} is enabled.` : `${name} is disabled. Whoever came in through it is signed out.`,
    );
    res.redirect(303, providerPath(req.params.domain, id));
  });
  router.get(`${PATH}/removal` as const, (req, res) => askToRemove(deps, res, req.params, '', {}));
  router.post(`${PATH}/removal` as const, async (req, res) => {
    const { name } = await getProvider(deps, req.params.provider);
    const typed = field(req, 'typed');
    if (typed.trim() !== name.trim())
      return askToRemove(deps, res.status(422), req.params, typed, { typed: `Type ${name} to confirm.` });
    await removeProvider(deps, req.params.provider);
    await flash(req, `${name} was removed.`);
    res.redirect(303, providersPath(req.params.domain));
  });
  return router;
}

type Ids = { domain: string; provider: string };

async function save(deps: Deps, req: Request, res: Response, ids: Ids): Promise<void> {
  const before = await getProvider(deps, ids.provider);
  const entered = enteredIn(req);
  const input = readProviderInput(entered);
  const saved = input.ok ? await changeProvider(deps, before.id, input.value) : input;
  if (!saved.ok) return show(deps, res.status(422), ids, { entered, errors: saved.errors });
  const changes = changedLabels(before, saved.value);
  const { name } = saved.value;
  await flash(req, changes.length > 0 ? `${name} is saved: ${changes.join(', ')}.` : `${name} is as it was.`);
  res.redirect(303, providersPath(ids.domain));
}

/** Goes through the same preview as an import. Another entity's metadata is refused. */
async function fetchAgain(deps: Deps, req: Request, res: Response, ids: Ids): Promise<void> {
  const metadataUrl = field(req, 'metadataUrl');
  const preview =
    metadataUrl.trim() === '' ? undefined : await previewMetadata(deps, { url: metadataUrl }, ids.provider);
  if (preview?.ok) return res.redirect(303, `${providersPath(ids.domain)}/imports/${preview.value.id}`);
  const message = preview ? preview.errors.url : 'Paste the metadata URL of this provider.';
  await show(deps, res.status(422), ids, { metadataUrl, errors: { metadataUrl: message ?? '' } });
}

type EditPage = { entered?: Entered; metadataUrl?: string; errors?: FieldErrors };

async function show(deps: Deps, res: Response, ids: Ids, page: EditPage = {}): Promise<void> {
  const domain = await getDomain(deps, ids.domain);
  const provider = await getProvider(deps, ids.provider);
  const here = providerPath(domain.id, provider.id);
  res.render('settings/saml/provider', {
    title: provider.name,
    domain,
    host: new URL(domain.url).host,
    provider,
    entered: page.entered ?? enteredOf(provider),
    errors: page.errors ?? {},
    metadataUrl: page.metadataUrl ?? provider.metadataUrl ?? '',
    bindings: (['redirect', 'post'] as const).filter((binding) => singleSignOnFor(provider, binding)),
    isHere: domain.id === res.locals.domain.id,
    worked: await hasWorked(deps.store.db, domain.id, provider.id),
    consequences: await consequencesOf(deps, provider.id),
    shortBinding,
    now: deps.now(),
    paths: {
      here,
      elsewhere: `${domain.url}${here}`,
      back: providersPath(domain.id),
      defaultProvider: `${domainPath(domain.id)}/default-provider`,
    },
  });
}

/** Says in numbers what it breaks, and wants its name typed. */
async function askToRemove(deps: Deps, res: Response, ids: Ids, typed: string, errors: FieldErrors): Promise<void> {
  const domain = await getDomain(deps, ids.domain);
  const provider = await getProvider(deps, ids.provider);
  const here = providerPath(domain.id, provider.id);
  res.render('settings/saml/removeProvider', {
    title: `Remove ${provider.name}?`,
    provider,
    typed,
    errors,
    back: here,
    list: providersPath(domain.id),
    ...(await consequencesOf(deps, provider.id)),
  });
}

/** What stands in the fields of the Edit screen: text as typed, and boxes. */
type Entered = { [Name in keyof ProviderInput]: ProviderInput[Name] extends boolean ? boolean : string };

/** The fields by what the screen calls them, in its order. */
const labels: Record<keyof ProviderInput, string> = {
  name: 'name',
  showButton: 'button on the Log-In screen',
  buttonOrder: 'order of the buttons',
  match: 'matched with',
  matchAttribute: 'attribute that names the person',
  emailDomains: 'allowed e-mail domains',
  idpInitiated: 'launching from the provider',
  nameIdPolicy: 'NameID format',
  authnContexts: 'authentication contexts',
  forceAuthn: 'fresh log-in',
  signRequests: 'signed requests',
  requestBinding: 'binding of requests',
  clockSkewSeconds: 'clock skew',
  allowSha1: 'SHA-1 signatures',
};

const boxes = ['showButton', 'idpInitiated', 'forceAuthn', 'signRequests', 'allowSha1'] as const;
const names = Object.keys(labels) as (keyof ProviderInput)[];

/** What the form sent. */
function enteredIn(req: Request): Entered {
  const isBox = (name: string) => (boxes as readonly string[]).includes(name);
  return Object.fromEntries(names.map((name) => [name, isBox(name) ? ticked(req, name) : field(req, name)])) as Entered;
}

/** What is stored, as the form shows it. */
function enteredOf(provider: IdentityProvider): Entered {
  const { emailDomains, authnContexts, buttonOrder, clockSkewSeconds, ...rest } = providerInputOf(provider);
  return {
    ...rest,
    emailDomains: emailDomains.join(', '),
    authnContexts: authnContexts.join(' '),
    buttonOrder: String(buttonOrder),
    clockSkewSeconds: String(clockSkewSeconds),
  };
}

/** What was changed, in the words of the screen. */
function changedLabels(before: IdentityProvider, after: IdentityProvider): string[] {
  const [was, is] = [enteredOf(before), enteredOf(after)];
  return names.filter((name) => was[name] !== is[name]).map((name) => labels[name]);
}
