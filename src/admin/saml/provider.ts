import type { Request, Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import { conflictOf, type FieldErrors } from '../../errors.ts';
import { getDomain } from '../../federation/domains.ts';
import { previewMetadata } from '../../federation/importMetadata.ts';
import { testedOf } from '../../federation/loginTests.ts';
import {
  changeProvider,
  consequencesOf,
  domainsOfProviders,
  getProvider,
  hasAbout,
  type ProviderInput,
  providerInputOf,
  readProviderInput,
  setProviderDomains,
  setProviderEnabled,
  shortBinding,
  singleSignOnFor,
} from '../../federation/providers.ts';
import { serviceProviderDetails } from '../../federation/serviceProvider.ts';
import { findSilences } from '../../federation/silence.ts';
import { refreshStateOf } from '../../federation/waitingMetadata.ts';
import { silenceText } from '../../health/silence.ts';
import { autoLoginPath } from '../../paths.ts';
import { type Domain, listDomains } from '../../store/domains.ts';
import type { IdentityProvider } from '../../store/identityProviders.ts';
import { flash } from '../../web/flash.ts';
import { field, fieldValues, ticked } from '../../web/form.ts';
import { domainPath, guidePath, importPath, providerPath, providersPath, versionsPath } from './paths.ts';

const PATH = providerPath(':domain', ':provider');

type Ids = { domain: string; provider: string };

/** Edit identity provider: its settings, Enable and Disable, and fetching its metadata again. */
export function providerRoutes(router: Router, deps: Deps): void {
  router.get(PATH, (req, res) => show(deps, res, req.params));
  router.post(PATH, (req, res) => save(deps, req, res, req.params));
  router.post(`${PATH}/metadata` as const, (req, res) => fetchAgain(deps, req, res, req.params));
  router.post(`${PATH}/activation` as const, (req, res) => setEnabled(deps, req, res, req.params));
  router.post(`${PATH}/domains` as const, (req, res) => saveDomains(deps, req, res, req.params));
}

type EditPage = { entered?: Entered; metadataUrl?: string; domainIds?: string[]; errors?: FieldErrors };

async function show(deps: Deps, res: Response, ids: Ids, page: EditPage = {}): Promise<void> {
  const domain = await getDomain(deps.store.db, ids.domain);
  const provider = await getProvider(deps.store.db, ids.provider);
  const { refresh: refreshed, waiting } = await refreshStateOf(deps, provider);
  const entered = page.entered ?? enteredOf(provider);
  const here = providerPath(domain.id, provider.id);
  const used = (await domainsOfProviders(deps.store.db))(provider.id).map(({ id }) => id);
  res.render('settings/saml/provider', {
    title: provider.name,
    domain,
    details: serviceProviderDetails(domain, provider.settings.spEntityId),
    host: new URL(domain.url).host,
    provider,
    entered,
    errors: page.errors ?? {},
    metadataUrl: page.metadataUrl ?? provider.metadataUrl ?? '',
    bindings: bindings.filter(([binding]) => singleSignOnFor(provider, binding)),
    nameIdFormats: nameIdOptions([...provider.facts.nameIdFormats, entered.nameIdPolicy]),
    isHere: domain.id === res.locals.domain.id,
    isUsed: used.includes(domain.id),
    domains: await listDomains(deps.store.db),
    domainIds: page.domainIds ?? used,
    tested: await testedOf(deps.store.db, domain, provider),
    consequences: await consequencesOf(deps, provider.id),
    silence: await silenceAt(deps, domain, provider),
    waiting,
    refreshed,
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
      defaultProvider: `${domainPath(domain.id)}/default-provider`,
    },
  });
}

async function silenceAt(deps: Deps, { id }: Domain, provider: IdentityProvider) {
  const found = await findSilences(deps);
  const silence = found.find(({ domainId, providerId }) => domainId === id && providerId === provider.id);
  return silence && silenceText(silence, provider.name, deps.now());
}

async function save(deps: Deps, req: Request, res: Response, ids: Ids): Promise<void> {
  const before = await getProvider(deps.store.db, ids.provider);
  const entered = enteredIn(req);
  const input = readProviderInput(entered);
  const saved = input.ok ? await changeProvider(deps, before.id, input.value) : input;
  if (!saved.ok) return show(deps, res.status(422), ids, { entered, errors: saved.errors });
  // A POST of its own starts the Test login: 307 repeats this one there (RFC 9110 15.4.8).
  if (field(req, 'next') === 'test') return res.redirect(307, `/saml/test/${before.id}`);
  const changes = changedLabels(before, saved.value);
  await flash(
    req,
    changes.length > 0 ? `${saved.value.name} was saved: ${changes.join(', ')}.` : 'No changes to save.',
  );
  res.redirect(303, providersPath(ids.domain));
}

/** Shows the same preview as an import. Metadata of another entity is refused. */
async function fetchAgain(deps: Deps, req: Request, res: Response, ids: Ids): Promise<void> {
  const metadataUrl = field(req, 'metadataUrl');
  const preview =
    metadataUrl.trim() === '' ? undefined : await previewMetadata(deps, { url: metadataUrl }, ids.provider);
  if (preview?.ok) return res.redirect(303, importPath(ids.domain, preview.value.id));
  const message = preview ? preview.errors.url : 'Paste the metadata URL of this provider.';
  await show(deps, res.status(422), ids, { metadataUrl, errors: { metadataUrl: message ?? '' } });
}

async function setEnabled(deps: Deps, req: Request, res: Response, ids: Ids): Promise<void> {
  const enabled = ticked(req, 'enabled');
  const { name, id } = await setProviderEnabled(deps, ids.provider, enabled);
  await flash(req, enabled ? `${name} is enabled.` : `${name} is disabled. Its sessions were ended.`);
  res.redirect(303, providerPath(ids.domain, id));
}

async function saveDomains(deps: Deps, req: Request, res: Response, ids: Ids): Promise<void> {
  const domainIds = fieldValues(req, 'domains');
  const errors = await conflictOf(setProviderDomains(deps, ids.provider, domainIds));
  if (errors) return show(deps, res.status(422), ids, { domainIds, errors: { domains: errors[''] ?? '' } });
  const { name, id } = await getProvider(deps.store.db, ids.provider);
  await flash(req, `The domains of ${name} were saved.`);
  res.redirect(303, providerPath(ids.domain, id));
}

const bindings = [
  ['redirect', 'HTTP-Redirect'],
  ['post', 'HTTP-POST'],
] as const;

const nameIdLabels = {
  '': 'Not requested',
  'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress': 'E-mail address',
  'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent': 'Persistent: one value that never changes',
  'urn:oasis:names:tc:SAML:2.0:nameid-format:transient': 'Transient: a new value each time',
  'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified': 'Unspecified: the provider decides',
};

/** Returns the usual NameID formats and others of a provider as [value, label]. */
function nameIdOptions(formats: string[]): [string, string][] {
  const others = [...new Set(formats)].filter((format) => !Object.hasOwn(nameIdLabels, format));
  return [...Object.entries(nameIdLabels), ...others.map((format): [string, string] => [format, format])];
}

/** The fields of the form: text as typed, and boxes. */
type Entered = { [Name in keyof ProviderInput]: ProviderInput[Name] extends boolean ? boolean : string };

/** The labels of the fields, in the order of the screen. */
const labels: Record<keyof ProviderInput, string> = {
  name: 'name',
  showButton: 'button on the Log-In screen',
  buttonOrder: 'button order',
  match: 'matched with',
  matchAttribute: 'attribute',
  emailDomains: 'allowed e-mail domains',
  idpInitiated: 'logins from the provider',
  nameIdPolicy: 'NameID format',
  authnContexts: 'authentication contexts',
  forceAuthn: 'fresh login',
  signRequests: 'signed requests',
  requestBinding: 'binding of requests',
  clockSkewSeconds: 'clock skew',
  allowSha1: 'SHA-1 signatures',
  spEntityId: 'EntityID of the intranet',
  sendSubject: 'Subject',
  refresh: 'refresh of the metadata',
};

const boxes: ReadonlySet<string> = new Set([
  'showButton',
  'idpInitiated',
  'forceAuthn',
  'signRequests',
  'allowSha1',
  'sendSubject',
]);
const names = Object.keys(labels) as (keyof ProviderInput)[];

function enteredIn(req: Request): Entered {
  return Object.fromEntries(
    names.map((name) => [name, boxes.has(name) ? ticked(req, name) : field(req, name)]),
  ) as Entered;
}

function enteredOf(provider: IdentityProvider): Entered {
  const input = providerInputOf(provider);
  const text = (value: string | number | string[]) => (Array.isArray(value) ? value.join(', ') : String(value));
  return Object.fromEntries(
    names.map((name) => [name, typeof input[name] === 'boolean' ? input[name] : text(input[name])]),
  ) as Entered;
}

function changedLabels(before: IdentityProvider, after: IdentityProvider): string[] {
  const [was, is] = [enteredOf(before), enteredOf(after)];
  return names.filter((name) => was[name] !== is[name]).map((name) => labels[name]);
}
