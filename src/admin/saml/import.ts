import type { Request, Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import type { FieldErrors } from '../../errors.ts';
import { getDomain } from '../../federation/domains.ts';
import { confirmImport, getPreview, type MetadataPreview, proposedNameAt } from '../../federation/importMetadata.ts';
import { type ImportTarget, type KnownProvider, targetsFor } from '../../federation/importTarget.ts';
import { domainsOfProviders, hasAbout, readProviderName, shortBinding } from '../../federation/providers.ts';
import { nameOf } from '../../people/users.ts';
import type { Domain } from '../../store/domains.ts';
import { flash } from '../../web/flash.ts';
import { field } from '../../web/form.ts';
import { importPath, providersPath } from './paths.ts';

const PATH = importPath(':domain', ':import');

const NEW = 'new'; // the value of the choice without a known provider

type Ids = { domain: string; import: string };
type Page = { entered?: string; errors?: FieldErrors }; // the name

/** The preview of imported metadata, and its confirmation. */
export function importRoutes(router: Router, deps: Deps): void {
  router.get(PATH, (req, res) => show(deps, res, req.params));
  router.post(PATH, (req, res) => confirm(deps, req, res, req.params));
}

async function show(deps: Deps, res: Response, ids: Ids, { entered, errors = {} }: Page = {}): Promise<void> {
  const domain = await getDomain(deps.store.db, ids.domain);
  const preview = await getPreview(deps, ids.import);
  const { metadata, known } = preview;
  const targets = targetsOf(preview, domain.id);
  const [only] = targets.length === 1 ? known : [];
  const domainsOf = await domainsOfProviders(deps.store.db);
  res.render('settings/saml/import', {
    title: titleOf(only, known),
    preview,
    metadata,
    known: known.map((entry) => ({ ...entry, hosts: hostsOf(domainsOf(entry.provider.id)) })),
    provider: only?.provider,
    name: entered ?? (await proposedNameAt(deps.store.db, domain.id, metadata)),
    isNew: targets.some(({ providerId }) => providerId === undefined),
    targets,
    own: known.find(({ domainIds }) => domainIds.includes(domain.id)),
    host: new URL(domain.url).host,
    errors,
    shortBinding,
    hasAbout,
    now: deps.now(),
    paths: { here: importPath(domain.id, preview.id), back: providersPath(domain.id) },
  });
}

async function confirm(deps: Deps, req: Request, res: Response, ids: Ids): Promise<void> {
  const domain = await getDomain(deps.store.db, ids.domain);
  const preview = await getPreview(deps, ids.import);
  const targets = targetsOf(preview, domain.id);
  const chosen = field(req, 'target');
  const target = targets.length === 1 ? targets[0] : targets.find(({ providerId = NEW }) => providerId === chosen);
  const entered = field(req, 'name');
  if (!target) {
    const errors = { target: 'Select what to do with this metadata.' };
    return show(deps, res.status(422), ids, { entered, errors });
  }
  const named = target.providerId === undefined && entered.trim() !== '' ? readProviderName(entered) : undefined;
  if (named && !named.ok) return show(deps, res.status(422), ids, { entered, errors: named.errors });
  const { name } = await confirmImport(deps, ids.import, target, named?.value, req.user && nameOf(req.user));
  await flash(
    req,
    target.providerId ? `${name} was updated from its metadata.` : `${name} was imported. Next: Edit it.`,
  );
  res.redirect(303, providersPath(domain.id));
}

/** Metadata that was fetched for one provider only updates it. */
function targetsOf({ provider, known }: MetadataPreview, domainId: string): ImportTarget[] {
  return provider ? [{ providerId: provider.id, domainIds: [] }] : targetsFor(known, domainId);
}

function titleOf(only: KnownProvider | undefined, known: KnownProvider[]): string {
  if (only) return `Update ${only.provider.name}?`;
  return known.length > 0 ? 'Update, or add another application?' : 'Import this provider?';
}

function hostsOf(domains: Domain[]): string {
  return domains.map(({ url }) => new URL(url).host).join(', ');
}
