import type { Request, Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import { conflictOf, type FieldErrors, invalid } from '../../errors.ts';
import { certificatesIn, describeCertificate } from '../../federation/certificate.ts';
import { getDomain } from '../../federation/domains.ts';
import { previewMetadata } from '../../federation/importMetadata.ts';
import { saveLogo } from '../../federation/logos.ts';
import { setProviderDomains } from '../../federation/providerDomains.ts';
import { stateOfProvider } from '../../federation/providerState.ts';
import {
  changeProvider,
  consequencesOf,
  domainsOfProviders,
  getProvider,
  hasAbout,
  readProviderInput,
  setProviderEnabled,
  shortBinding,
  singleSignOnFor,
} from '../../federation/providers.ts';
import { serviceProviderDetails } from '../../federation/serviceProvider.ts';
import { findSilences } from '../../federation/silence.ts';
import { refreshStateOf } from '../../federation/waitingMetadata.ts';
import { silenceText } from '../../health/silence.ts';
import {
  autoLoginPath,
  defaultProviderPath,
  guidePath,
  importPath,
  providerPath,
  providersPath,
  versionsPath,
} from '../../paths.ts';
import { type Domain, listDomains } from '../../store/domains.ts';
import type { IdentityProvider } from '../../store/identityProviders.ts';
import { listLogoDigests } from '../../store/providerLogos.ts';
import { leadTo } from '../../web/flash.ts';
import { field, fieldValues, file, ticked } from '../../web/form.ts';
import { queryText } from '../../web/query.ts';
import { findOwnTest } from '../ownTest.ts';
import { bindings, changedLabels, type Entered, enteredIn, enteredOf, nameIdOptions } from './providerForm.ts';

const PATH = providerPath(':domain', ':provider');

type Ids = { domain: string; provider: string };

/** Edit identity provider: its settings, Enable and Disable, its domains and logo, and fetching its metadata again. */
export function providerRoutes(router: Router, deps: Deps): void {
  router.get(PATH, async (req, res) => showProvider(deps, res, req.params, await draftIn(deps, req)));
  router.post(PATH, (req, res) => save(deps, req, res, req.params));
  router.post(`${PATH}/metadata` as const, (req, res) => fetchAgain(deps, req, res, req.params));
  router.post(`${PATH}/activation` as const, (req, res) => setEnabled(deps, req, res, req.params));
  router.post(`${PATH}/domains` as const, (req, res) => saveDomains(deps, req, res, req.params));
  router.post(`${PATH}/logo` as const, (req, res) => changeLogo(deps, req, res, req.params));
}

/** What is on the Edit screen instead of what is saved. `tested`: comes from a Test login. */
export type EditPage = {
  entered?: Entered;
  tested?: boolean;
  metadataUrl?: string;
  domainIds?: string[];
  errors?: FieldErrors;
};

/** Shows the Edit screen of a provider. @throws NotFound */
export async function showProvider(deps: Deps, res: Response, ids: Ids, page: EditPage = {}): Promise<void> {
  const domain = await getDomain(deps.store.db, ids.domain);
  const provider = await getProvider(deps.store.db, ids.provider);
  const { refresh: refreshed, waiting } = await refreshStateOf(deps, provider);
  const entered = page.entered ?? enteredOf(provider);
  const here = providerPath(domain.id, provider.id);
  const used = (await domainsOfProviders(deps.store.db))(provider.id).map(({ id }) => id);
  res.render('settings/saml/provider', {
    logo: (await listLogoDigests(deps.store.db)).get(provider.id),
    title: provider.name,
    domain,
    details: serviceProviderDetails(domain, provider.settings.spEntityId),
    host: new URL(domain.url).host,
    provider,
    entered,
    filledIn: page.tested ? changedLabels(enteredOf(provider), entered) : undefined,
    errors: page.errors ?? {},
    metadataUrl: page.metadataUrl ?? provider.metadataUrl ?? '',
    bindings: bindings.filter(([binding]) => singleSignOnFor(provider, binding)),
    nameIdFormats: nameIdOptions([...provider.facts.nameIdFormats, entered.nameIdPolicy]),
    isHere: domain.id === res.locals.domain.id,
    isUsed: used.includes(domain.id),
    domains: await listDomains(deps.store.db),
    domainIds: page.domainIds ?? used,
    state: await stateOfProvider(deps.store.db, domain, provider),
    consequences: await consequencesOf(deps, provider.id),
    silence: await silenceAt(deps, domain, provider),
    waiting,
    refreshed,
    signers: certificatesIn(provider.settings.metadataSigners)?.map(describeCertificate) ?? [],
    shortBinding,
    hasAbout,
    now: deps.now(),
    paths: {
      here,
      elsewhere: `${domain.url}${here}`,
      back: providersPath(domain.id),
      spMetadata: `${domain.url}/saml/metadata/${provider.id}`,
      versions: versionsPath(domain.id, provider.id),
      guide: `${guidePath(domain.id)}?for=${provider.id}`,
      autoLogin: autoLoginPath(domain.id),
      defaultProvider: defaultProviderPath(domain.id),
    },
  });
}

async function silenceAt(deps: Deps, { id }: Domain, provider: IdentityProvider) {
  const found = await findSilences(deps);
  const silence = found.find(({ domainId, providerId }) => domainId === id && providerId === provider.id);
  return silence && silenceText(silence, provider.name, deps.now());
}

/** Returns what a Test login of this Power User was made with, which then is on the form again. */
async function draftIn(deps: Deps, req: Request): Promise<EditPage> {
  const test = await findOwnTest(deps, req, queryText(req, 'test'));
  return test && test.providerId === req.params.provider ? { entered: enteredOf(test.draft), tested: true } : {};
}

async function save(deps: Deps, req: Request, res: Response, ids: Ids): Promise<void> {
  const before = await getProvider(deps.store.db, ids.provider);
  const entered = enteredIn(req);
  const input = readProviderInput(entered);
  const saved = input.ok ? await changeProvider(deps, before.id, input.value) : input;
  if (!saved.ok) return showProvider(deps, res.status(422), ids, { entered, errors: saved.errors });
  const changes = changedLabels(enteredOf(before), enteredOf(saved.value));
  await leadTo(
    res,
    providersPath(ids.domain),
    changes.length > 0 ? `${saved.value.name} was saved: ${changes.join(', ')}.` : 'No changes to save.',
  );
}

/** Shows the same preview as an import. Metadata of another entity is refused. */
async function fetchAgain(deps: Deps, req: Request, res: Response, ids: Ids): Promise<void> {
  const metadataUrl = field(req, 'metadataUrl');
  const preview =
    metadataUrl.trim() === '' ? undefined : await previewMetadata(deps, { url: metadataUrl }, ids.provider);
  if (preview?.ok) return res.redirect(303, importPath(ids.domain, preview.value.id));
  const message = preview ? preview.errors.url : 'Paste the metadata URL of this provider.';
  await showProvider(deps, res.status(422), ids, { metadataUrl, errors: { metadataUrl: message ?? '' } });
}

async function setEnabled(deps: Deps, req: Request, res: Response, ids: Ids): Promise<void> {
  const enabled = ticked(req, 'enabled');
  const { name, id } = await setProviderEnabled(deps, ids.provider, enabled);
  await leadTo(
    res,
    providerPath(ids.domain, id),
    enabled ? `${name} is enabled.` : `${name} is disabled. Its sessions were ended.`,
  );
}

async function saveDomains(deps: Deps, req: Request, res: Response, ids: Ids): Promise<void> {
  const domainIds = fieldValues(req, 'domains');
  const errors = await conflictOf(setProviderDomains(deps, ids.provider, domainIds));
  if (errors) return showProvider(deps, res.status(422), ids, { domainIds, errors: { domains: errors[''] ?? '' } });
  const { name, id } = await getProvider(deps.store.db, ids.provider);
  await leadTo(res, providerPath(ids.domain, id), `The domains of ${name} were saved.`);
}

/** Saves the picture of the button on the Log-In screen, or removes it. */
async function changeLogo(deps: Deps, req: Request, res: Response, ids: Ids): Promise<void> {
  const removes = ticked(req, 'remove');
  const picture = removes ? undefined : file(req, 'logo');
  const saved =
    picture || removes ? await saveLogo(deps, ids.provider, picture) : invalid({ logo: 'Choose a picture.' });
  if (!saved.ok) return showProvider(deps, res.status(422), ids, { errors: saved.errors });
  const done = removes ? 'The logo was removed.' : 'The logo is on the Log-In screen now.';
  await leadTo(res, providerPath(ids.domain, ids.provider), done);
}
