import type { Request, Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import type { FieldErrors } from '../../errors.ts';
import { getDomain } from '../../federation/domains.ts';
import {
  confirmImport,
  getPreview,
  type MetadataPreview,
  proposedNameAt,
  providerOfPreview,
} from '../../federation/importMetadata.ts';
import { type ImportTarget, type KnownProvider, targetsFor } from '../../federation/importTarget.ts';
import { hasAbout, shortBinding } from '../../federation/providers.ts';
import { importPath, providersPath } from '../../paths.ts';
import type { Domain } from '../../store/domains.ts';
import type { LoginTest } from '../../store/loginTests.ts';
import { leadTo } from '../../web/flash.ts';
import { field } from '../../web/form.ts';
import { authorOf } from '../../web/request.ts';
import { findOwnTest } from '../ownTest.ts';
import { changedLabels, enteredOf } from './providerForm.ts';
import { readTarget, withHosts } from './target.ts';

const PATH = importPath(':domain', ':import');

type Ids = { domain: string; import: string };
type Page = { entered?: string; test?: LoginTest | undefined; errors?: FieldErrors }; // entered: the name

/** The preview of imported metadata, and its confirmation. */
export function importRoutes(router: Router, deps: Deps): void {
  router.get(PATH, async (req, res) => show(deps, res, req.params, { test: await testIn(deps, req, req.query.test) }));
  router.post(PATH, (req, res) => confirm(deps, req, res, req.params));
}

/** Returns what can be done with metadata at a domain. If it was fetched for one provider, it only updates it. */
export function targetsOf({ provider, known }: MetadataPreview, domainId: string): ImportTarget[] {
  return provider ? [{ providerId: provider.id, domainIds: [] }] : targetsFor(known, domainId);
}

async function show(deps: Deps, res: Response, ids: Ids, { entered, test, errors = {} }: Page = {}): Promise<void> {
  const domain = await getDomain(deps.store.db, ids.domain);
  const preview = await getPreview(deps, ids.import);
  const { metadata, known } = preview;
  const targets = targetsOf(preview, domain.id);
  const [only] = targets.length === 1 ? known : [];
  res.render('settings/saml/import', {
    title: titleOf(only, known),
    preview,
    metadata,
    known: await withHosts(deps.store.db, known),
    provider: only?.provider,
    name: entered ?? (await proposedNameAt(deps.store.db, domain.id, metadata)),
    isNew: targets.some(({ providerId }) => providerId === undefined),
    targets,
    own: known.find(({ domainIds }) => domainIds.includes(domain.id)),
    host: new URL(domain.url).host,
    isHere: domain.id === res.locals.domain.id,
    test,
    filledIn: test && changedLabels(enteredOf(await providerOf(deps, domain, preview, test)), enteredOf(test.draft)),
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
  const test = await testIn(deps, req, field(req, 'test'));
  const read = readTarget(req, targetsOf(preview, domain.id));
  if (!read.ok) return show(deps, res.status(422), ids, { entered: field(req, 'name'), test, errors: read.errors });
  const { target, name: entered } = read.value;
  const { name } = await confirmImport(deps, ids.import, target, {
    name: entered,
    author: authorOf(req),
    settings: test?.draft.settings,
  });
  await leadTo(
    res,
    providersPath(domain.id),
    target.providerId ? `${name} was updated from its metadata.` : `${name} was imported. Next: Edit it.`,
  );
}

/** Returns the Test login whose settings the import gets, one of this preview. */
async function testIn(deps: Deps, req: Request, id: unknown): Promise<LoginTest | undefined> {
  const test = await findOwnTest(deps, req, String(id ?? ''));
  return test?.importId === req.params.import ? test : undefined;
}

/** Returns the provider that the import would add or change without the settings of the test. */
async function providerOf(deps: Deps, { id }: Domain, preview: MetadataPreview, { providerId }: LoginTest) {
  return providerOfPreview(deps, id, preview, { domainIds: [], ...(providerId === null ? {} : { providerId }) });
}

function titleOf(only: KnownProvider | undefined, known: KnownProvider[]): string {
  if (only) return `Update ${only.provider.name}?`;
  return known.length > 0 ? 'Update, or add another application?' : 'Import this provider?';
}
