import type { Request, Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import type { FieldErrors } from '../../errors.ts';
import { getDomain, setEmailFirst } from '../../federation/domains.ts';
import { guides } from '../../federation/guides/guides.ts';
import { previewMetadata } from '../../federation/importMetadata.ts';
import { readSigners } from '../../federation/metadata/signers.ts';
import { type MetadataSource, mdqUrl } from '../../federation/metadataSource.ts';
import { stateOfProvider } from '../../federation/providerState.ts';
import { domainsOfProviders } from '../../federation/providers.ts';
import {
  collectionPath,
  defaultProviderPath,
  domainPath,
  guidePath,
  importPath,
  providerPath,
  providersPath,
  SAML,
} from '../../paths.ts';
import { type IdentityProvider, listProviders } from '../../store/identityProviders.ts';
import { leadTo } from '../../web/flash.ts';
import { field, file } from '../../web/form.ts';

const PATH = providersPath(':domain');

/** Identity Providers of a domain: the list, Import, and how the Log-In screen finds the provider. */
export function providersRoutes(router: Router, deps: Deps): void {
  router.get(PATH, (req, res) => show(deps, res, req.params.domain, blank, {}));
  router.post(PATH, (req, res) => importMetadata(deps, req, res, req.params.domain));
  router.post(`${domainPath(':domain')}/log-in-screen` as const, (req, res) =>
    saveLoginScreen(deps, req, res, req.params.domain),
  );
}

const ways = ['url', 'file', 'xml', 'mdq'] as const;
type Entered = { way: (typeof ways)[number]; url: string; xml: string; mdq: string; entityId: string; signers: string };

const blank: Entered = { way: 'url', url: '', xml: '', mdq: '', entityId: '', signers: '' };

async function show(deps: Deps, res: Response, domainId: string, entered: Entered, errors: FieldErrors): Promise<void> {
  const domain = await getDomain(deps.store.db, domainId);
  const providers = await listProviders(deps.store.db);
  const domainsOf = await domainsOfProviders(deps.store.db);
  res.render('settings/saml/providers', {
    title: 'Identity Providers',
    domain,
    host: new URL(domain.url).host,
    providers: await Promise.all(
      providers.map(async (provider) => ({
        ...provider,
        certificate: lastToExpire(provider),
        domains: domainsOf(provider.id),
        state: await stateOfProvider(deps.store.db, domain, provider),
      })),
    ),
    now: deps.now(),
    entered,
    errors,
    guides,
    paths: {
      guide: guidePath(domain.id),
      here: providersPath(domain.id),
      back: `${SAML}#${domain.id}`,
      defaultProvider: defaultProviderPath(domain.id),
      loginScreen: `${domainPath(domain.id)}/log-in-screen`,
      edit: (id: string) => providerPath(domain.id, id),
    },
  });
}

function lastToExpire({ facts }: IdentityProvider) {
  const expiry = ({ notAfter = Number.POSITIVE_INFINITY }: { notAfter?: number | undefined }) => notAfter;
  return facts.certificates.toSorted((one, other) => expiry(other) - expiry(one))[0];
}

/** Reads the metadata and shows its preview. Nothing is imported yet. */
async function importMetadata(deps: Deps, req: Request, res: Response, domainId: string): Promise<void> {
  const domain = await getDomain(deps.store.db, domainId);
  const way = ways.find((known) => known === field(req, 'way')) ?? 'url';
  const [url, xml, mdq] = [field(req, 'url'), field(req, 'xml'), field(req, 'mdq')];
  const entered = {
    way,
    url,
    xml,
    mdq,
    entityId: field(req, 'entityId'),
    signers: field(req, way === 'mdq' ? 'mdqSigners' : 'signers'),
  };
  const source = sourceIn(req, entered);
  const signers = readSigners(entered.signers);
  if (!signers.ok) return show(deps, res.status(422), domain.id, entered, signers.errors);
  const wanted = { signers: signers.value, ...(way === 'mdq' && { entityId: entered.entityId.trim() }) };
  const preview = source ? await previewMetadata(deps, source, undefined, wanted) : undefined;
  if (preview && !preview.ok && preview.collection)
    return res.redirect(303, collectionPath(domain.id, preview.collection));
  if (preview?.ok) return res.redirect(303, importPath(domain.id, preview.value.id));
  const message = preview ? Object.values(preview.errors)[0] : missing[way];
  await show(deps, res.status(422), domain.id, entered, { [way]: message ?? '' });
}

const missing: Record<Entered['way'], string> = {
  url: 'Paste the metadata URL of your identity provider.',
  file: 'Select the metadata file that you downloaded from your identity provider.',
  xml: 'Paste the metadata of your identity provider.',
  mdq: 'Enter the base URL of the MDQ server and an EntityID.',
};

function sourceIn(req: Request, { way, url, xml, mdq, entityId }: Entered): MetadataSource | undefined {
  if (way === 'mdq') return mdq.trim() === '' || entityId.trim() === '' ? undefined : { url: mdqUrl(mdq, entityId) };
  if (way === 'url') return url.trim() === '' ? undefined : { url };
  if (way === 'xml') return xml.trim() === '' ? undefined : { xml };
  const bytes = file(req, 'file');
  return bytes && { xml: bytes };
}

async function saveLoginScreen(deps: Deps, req: Request, res: Response, domainId: string): Promise<void> {
  const { id } = await getDomain(deps.store.db, domainId);
  const isFirst = field(req, 'emailFirst') === 'on';
  await setEmailFirst(deps, id, isFirst);
  const done = isFirst ? 'asks for the e-mail address first' : 'shows the buttons of providers';
  await leadTo(res, providersPath(id), `The Log-In screen ${done}.`);
}
