import type { Request, Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import { getDomain } from '../../federation/domains.ts';
import { confirmImport, getPreview, proposedName } from '../../federation/importMetadata.ts';
import { shortBinding } from '../../federation/providers.ts';
import type { Certificate, ProviderFacts } from '../../store/identityProviders.ts';
import { flash } from '../../web/flash.ts';
import { importPath, providersPath } from './paths.ts';

const PATH = importPath(':domain', ':import');

type Ids = { domain: string; import: string };

/** The preview of imported metadata, and its confirmation. */
export function importRoutes(router: Router, deps: Deps): void {
  router.get(PATH, (req, res) => show(deps, res, req.params));
  router.post(PATH, (req, res) => confirm(deps, req, res, req.params));
}

async function show(deps: Deps, res: Response, ids: Ids): Promise<void> {
  const domain = await getDomain(deps.store.db, ids.domain);
  const preview = await getPreview(deps, ids.import);
  const { metadata, provider } = preview;
  res.render('settings/saml/import', {
    title: provider ? `Update ${provider.name}?` : 'Import this provider?',
    preview,
    metadata,
    provider,
    name: provider?.name ?? proposedName(metadata),
    changes: provider && changesOf(provider.facts, metadata),
    shortBinding,
    now: deps.now(),
    paths: { here: importPath(domain.id, preview.id), back: providersPath(domain.id) },
  });
}

async function confirm(deps: Deps, req: Request, res: Response, ids: Ids): Promise<void> {
  const domain = await getDomain(deps.store.db, ids.domain);
  const { provider } = await getPreview(deps, ids.import);
  const { name } = await confirmImport(deps, ids.import);
  await flash(req, provider ? `${name} was updated from its metadata.` : `${name} was imported. Next: Edit it.`);
  res.redirect(303, providersPath(domain.id));
}

/** One certificate or URL that an import adds to a known provider or removes from it. */
type Change = { kind: 'added' | 'removed' } & ({ certificate: Certificate } | { url: string });

type Imported = Pick<ProviderFacts, 'certificates' | 'singleSignOn' | 'singleLogout'>;

function changesOf(before: Imported, after: Imported): Change[] {
  return [
    ...missingIn(before.certificates, after.certificates).map((certificate) => ({
      kind: 'added' as const,
      certificate,
    })),
    ...missingIn(after.certificates, before.certificates).map((certificate) => ({
      kind: 'removed' as const,
      certificate,
    })),
    ...urlsOf(after).flatMap((url) => (urlsOf(before).includes(url) ? [] : { kind: 'added' as const, url })),
    ...urlsOf(before).flatMap((url) => (urlsOf(after).includes(url) ? [] : { kind: 'removed' as const, url })),
  ];
}

function missingIn(known: Certificate[], certificates: Certificate[]): Certificate[] {
  return certificates.filter(({ sha256 }) => !known.some((other) => other.sha256 === sha256));
}

/** Returns 'HTTP-POST https://…' and 'Logout: HTTP-POST https://…', each once. */
function urlsOf({ singleSignOn, singleLogout }: Imported): string[] {
  const lines = [
    ...singleSignOn.map(({ binding, location }) => `${shortBinding(binding)} ${location}`),
    ...singleLogout.map(({ binding, location }) => `Logout: ${shortBinding(binding)} ${location}`),
  ];
  return [...new Set(lines)];
}
