import type { Response, Router } from 'express';
import type { Deps } from '../deps.ts';
import { NotFound } from '../errors.ts';
import { findMetadataKeys } from '../federation/domainKeys.ts';
import { recordFetch } from '../federation/keyRollover.ts';
import { findProviderAt, listProvidersAt } from '../store/identityProviders.ts';
import { createMetadata } from './request/serviceProvider.ts';
import { signXml } from './request/signXml.ts';

const REMEMBERED = 100; // signed documents, of some kilobytes

/** Our metadata at the Metadata URL, and that for a provider which knows the domain by another EntityID. Each is signed once. */
export function metadataRoutes(router: Router, deps: Deps): void {
  const signOnce = rememberSigned();
  router.get('/saml/metadata', async (_req, res) => {
    const providers = await listProvidersAt(deps.store.db, res.locals.domain.id);
    const signsRequests = providers.every(({ enabled, settings }) => !enabled || settings.signRequests);
    await send(deps, res, signOnce, { signsRequests, spEntityId: '' }, undefined);
  });
  router.get('/saml/metadata/:provider', async (req, res) => {
    const provider = await findProviderAt(deps.store.db, res.locals.domain.id, String(req.params.provider));
    if (!provider) throw new NotFound('This domain has no such identity provider.');
    const { signRequests: signsRequests, spEntityId } = provider.settings;
    await send(deps, res, signOnce, { signsRequests, spEntityId }, provider.id);
  });
}

type Sign = typeof signXml;

async function send(
  deps: Deps,
  res: Response,
  sign: Sign,
  described: { signsRequests: boolean; spEntityId: string },
  providerId: string | undefined,
): Promise<void> {
  const { domain } = res.locals;
  const keys = await findMetadataKeys(deps, domain.id);
  const xml = createMetadata(domain, keys, described);
  const isDownload = 'download' in res.req.query;
  if (isDownload) res.attachment(`${new URL(domain.url).hostname}-metadata.xml`);
  // Browsers show application/xml, but only offer to save the registered type.
  const isBrowser = res.req.get('accept')?.includes('text/html') === true;
  res.type(isBrowser ? 'application/xml' : 'application/samlmetadata+xml');
  res.send(keys ? sign(xml, keys) : xml);
  const isByProvider = !isDownload && !isBrowser && res.req.method === 'GET';
  if (isByProvider) deps.background.add(recordFetch(deps, domain.id, res.req.ip ?? '', providerId));
}

/** Signing takes milliseconds, and anyone may request metadata as often as they like. The text names the certificate of the key first, so it stands for the key. */
function rememberSigned(): Sign {
  const signed = new Map<string, string>();
  return (xml, key) => {
    const found = signed.get(xml) ?? signXml(xml, key);
    if (signed.size >= REMEMBERED) signed.clear();
    signed.set(xml, found);
    return found;
  };
}
