import { type Request, type Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import { conflictOf, type FieldErrors } from '../../errors.ts';
import { getDomain, setDefaultProvider } from '../../federation/domains.ts';
import {
  confirmImport,
  getPreview,
  type MetadataSource,
  previewMetadata,
  proposedName,
} from '../../federation/importMetadata.ts';
import { getProvider, shortBinding } from '../../federation/providers.ts';
import {
  type Certificate,
  type IdentityProvider,
  listProviders,
  type ProviderFacts,
} from '../../store/identityProviders.ts';
import { flash } from '../../web/flash.ts';
import { field, file } from '../../web/form.ts';
import { identifierOnly } from '../../web/query.ts';
import { domainPath, providerPath, providersPath, SAML } from './paths.ts';

const PATH = providersPath(':domain');
const IMPORT = `${PATH}/imports/:import` as const;

/** The Identity Providers of a domain: the list, which of them is the default, and import by way of a preview. */
export function identityProvidersRoutes(deps: Deps): Router {
  const router = Router();
  for (const name of ['domain', 'import']) router.param(name, identifierOnly);
  router.get(PATH, (req, res) => show(deps, res, req.params.domain, blank, {}));
  router.post(PATH, (req, res) => importMetadata(deps, req, res, req.params.domain));
  router.post(`${domainPath(':domain')}/default-provider` as const, (req, res) =>
    chooseDefault(deps, req, res, req.params.domain),
  );
  router.get(IMPORT, (req, res) => showPreview(deps, res, req.params.domain, req.params.import));
  router.post(IMPORT, (req, res) => confirm(deps, req, res, req.params.domain, req.params.import));
  return router;
}

const ways = ['url', 'file', 'xml'] as const;
type Entered = { way: (typeof ways)[number]; url: string; xml: string };

const blank: Entered = { way: 'url', url: '', xml: '' };

/** Reads the metadata and goes on to its preview; nothing is stored as a provider yet. */
async function importMetadata(deps: Deps, req: Request, res: Response, domainId: string): Promise<void> {
  const domain = await getDomain(deps, domainId);
  const way = ways.find((known) => known === field(req, 'way')) ?? 'url';
  const entered = { way, url: field(req, 'url'), xml: field(req, 'xml') };
  const source = sourceOf(req, entered);
  const preview = source ? await previewMetadata(deps, source) : undefined;
  if (preview?.ok) return res.redirect(303, `${providersPath(domain.id)}/imports/${preview.value.id}`);
  const message = preview ? Object.values(preview.errors)[0] : missing[way];
  await show(deps, res.status(422), domain.id, entered, { [way]: message ?? '' });
}

const missing: Record<Entered['way'], string> = {
  url: 'Paste the metadata URL of your identity provider.',
  file: 'Choose the metadata file that you downloaded from your identity provider.',
  xml: 'Paste the metadata of your identity provider.',
};

function sourceOf(req: Request, { way, url, xml }: Entered): MetadataSource | undefined {
  if (way === 'url') return url.trim() === '' ? undefined : { url };
  if (way === 'xml') return xml.trim() === '' ? undefined : { xml };
  const bytes = file(req, 'file');
  return bytes && { xml: bytes };
}

async function chooseDefault(deps: Deps, req: Request, res: Response, domainId: string): Promise<void> {
  const { id, url } = await getDomain(deps, domainId);
  const providerId = field(req, 'provider');
  const { host } = new URL(url);
  const conflict = await conflictOf(setDefaultProvider(deps, id, providerId === '' ? undefined : providerId));
  if (conflict) await flash(req, conflict[''] ?? '', 'danger');
  else if (providerId === '') await flash(req, `${host} has no Default Provider now. Auto Login is off.`);
  else {
    const { name } = await getProvider(deps, providerId);
    await flash(req, `${name} is the Default Provider of ${host} now. Next: Back, and Enable Auto Login if you like.`);
  }
  res.redirect(303, providersPath(id));
}

async function show(deps: Deps, res: Response, domainId: string, entered: Entered, errors: FieldErrors): Promise<void> {
  const domain = await getDomain(deps, domainId);
  res.render('settings/saml/providers', {
    title: 'Identity Providers',
    domain,
    host: new URL(domain.url).host,
    providers: await listProviders(deps.store.db),
    now: deps.now(),
    entered,
    errors,
    paths: {
      here: providersPath(domain.id),
      back: `${SAML}#${domain.id}`,
      defaultProvider: `${domainPath(domain.id)}/default-provider`,
      edit: (id: string) => providerPath(domain.id, id),
    },
  });
}

/** What was read of a provider's metadata, to be looked at before it is stored. */
async function showPreview(deps: Deps, res: Response, domainId: string, importId: string): Promise<void> {
  const domain = await getDomain(deps, domainId);
  const preview = await getPreview(deps, importId);
  const { metadata, provider } = preview;
  res.render('settings/saml/import', {
    title: provider ? `Update ${provider.name}?` : 'Import this provider?',
    preview,
    metadata,
    provider,
    name: provider?.name ?? proposedName(metadata),
    changes: provider && changesOf(provider, metadata),
    shortBinding,
    now: deps.now(),
    paths: { here: `${providersPath(domain.id)}/imports/${preview.id}`, back: providersPath(domain.id) },
  });
}

async function confirm(deps: Deps, req: Request, res: Response, domainId: string, importId: string): Promise<void> {
  const domain = await getDomain(deps, domainId);
  const { provider: known } = await getPreview(deps, importId);
  const { name } = await confirmImport(deps, importId);
  await flash(req, known ? `${name} was updated from its metadata.` : `${name} was imported. Next: Edit it.`);
  res.redirect(303, providersPath(domain.id));
}

/** What an import would change of a known provider. */
type MetadataChanges = {
  certificatesAdded: Certificate[];
  certificatesRemoved: Certificate[];
  addressesAdded: string[]; // 'HTTP-POST https://…'
  addressesRemoved: string[];
};

type Imported = Pick<ProviderFacts, 'certificates' | 'singleSignOn' | 'singleLogout'>;

/** Compares what is stored of a provider with metadata that was read anew. */
function changesOf({ facts }: Pick<IdentityProvider, 'facts'>, metadata: Imported): MetadataChanges {
  const [before, after] = [addressesOf(facts), addressesOf(metadata)];
  return {
    certificatesAdded: metadata.certificates.filter(isMissingIn(facts.certificates)),
    certificatesRemoved: facts.certificates.filter(isMissingIn(metadata.certificates)),
    addressesAdded: after.filter((address) => !before.includes(address)),
    addressesRemoved: before.filter((address) => !after.includes(address)),
  };
}

function isMissingIn(others: Certificate[]): (certificate: Certificate) => boolean {
  return ({ sha256 }) => !others.some((other) => other.sha256 === sha256);
}

function addressesOf({ singleSignOn, singleLogout }: Pick<ProviderFacts, 'singleSignOn' | 'singleLogout'>): string[] {
  const lines = [
    ...singleSignOn.map(({ binding, location }) => `${shortBinding(binding)} ${location}`),
    ...singleLogout.map(({ binding, location }) => `Log-out by ${shortBinding(binding)} ${location}`),
  ];
  return [...new Set(lines)];
}
