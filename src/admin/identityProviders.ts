import { type Request, type Response, Router } from 'express';
import type { Deps } from '../deps.ts';
import { Conflict, type FieldErrors } from '../errors.ts';
import { getDomain, setDefaultProvider } from '../federation/domains.ts';
import { getProvider, type MetadataSource, previewMetadata } from '../federation/identityProviders.ts';
import { listProviders } from '../store/identityProviders.ts';
import { field, file } from '../web/form.ts';
import { identifierOnly } from '../web/query.ts';
import { flash } from '../web/render.ts';
import { domainPath, providerPath, providersPath, SAML, samlTrail } from './samlPaths.ts';

const PATH = providersPath(':domain');

/** The Identity Providers of a domain: import, the list, and which of them is the default. */
export function identityProviderRoutes(deps: Deps): Router {
  const router = Router();
  router.param('domain', identifierOnly);
  router.get(PATH, (req, res) => show(deps, res, req.params.domain, blank, {}));
  router.post(PATH, (req, res) => importMetadata(deps, req, res, req.params.domain));
  router.post(`${domainPath(':domain')}/default-provider` as const, (req, res) =>
    chooseDefault(deps, req, res, req.params.domain),
  );
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
  res.status(422);
  await show(deps, res, domain.id, entered, { [way]: message ?? '' });
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
  try {
    await setDefaultProvider(deps, id, providerId === '' ? undefined : providerId);
    const name = providerId === '' ? undefined : (await getProvider(deps, providerId)).name;
    flash(
      req,
      name
        ? `${name} is the Default Provider of ${host} now. Next: Back, and Enable Auto Login if you like.`
        : `${host} has no Default Provider now. Auto Login is off.`,
    );
  } catch (error) {
    if (!(error instanceof Conflict)) throw error;
    flash(req, error.message, 'danger');
  }
  res.redirect(303, providersPath(id));
}

async function show(deps: Deps, res: Response, domainId: string, entered: Entered, errors: FieldErrors): Promise<void> {
  const domain = await getDomain(deps, domainId);
  res.render('settings/saml/providers', {
    title: 'Identity Providers',
    trail: samlTrail,
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
