import type { Request, Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import { NotFound } from '../../errors.ts';
import { getDomain } from '../../federation/domains.ts';
import { getPreview, providerOfPreview } from '../../federation/importMetadata.ts';
import { type Draft, startTest, testPath, testRequestPath } from '../../federation/loginTests.ts';
import { getProvider, readProviderInput, withInput } from '../../federation/providers.ts';
import { importPath, providerPath, SAML } from '../../paths.ts';
import { type LoginTest, listLoginTests } from '../../store/loginTests.ts';
import { flash } from '../../web/flash.ts';
import { field } from '../../web/form.ts';
import { findOwnTest } from '../ownTest.ts';
import { targetsOf } from './import.ts';
import { showProvider } from './provider.ts';
import { enteredIn } from './providerForm.ts';
import { targetIn } from './target.ts';

const LISTED = 50;

/** Starts the Test login of what is on a form: that of a provider, or of metadata that is not imported yet. Nothing is saved. */
export function testRoutes(router: Router, deps: Deps): void {
  const [form, preview] = [providerPath(':domain', ':provider'), importPath(':domain', ':import')] as const;
  router.post(`${form}/test` as const, (req, res) => testForm(deps, req, res, req.params));
  router.post(`${preview}/test` as const, (req, res) => testPreview(deps, req, res, req.params));
  router.get(`${form}/test` as const, (req, res) => {
    const { domain, provider } = req.params;
    const isOfForm = ({ providerId, importId }: LoginTest) => providerId === provider && importId === null;
    return showLast(deps, req, res, providerPath(domain, provider), isOfForm);
  });
  router.get(`${preview}/test` as const, (req, res) => {
    const { domain, import: id } = req.params;
    return showLast(deps, req, res, importPath(domain, id), ({ importId }) => importId === id);
  });
  router.post(`${SAML}/tests/:test/again` as const, (req, res) => testAgain(deps, req, res, req.params.test));
}

async function testForm(
  deps: Deps,
  req: Request,
  res: Response,
  ids: { domain: string; provider: string },
): Promise<void> {
  const entered = enteredIn(req);
  const input = readProviderInput(entered);
  const draft = input.ok ? withInput(await getProvider(deps.store.db, ids.provider), input.value) : input;
  if (!draft.ok) return showProvider(deps, res.status(422), ids, { entered, errors: draft.errors });
  await start(deps, req, res, ids.domain, { draft: draft.value, providerId: ids.provider });
}

async function testPreview(
  deps: Deps,
  req: Request,
  res: Response,
  ids: { domain: string; import: string },
): Promise<void> {
  const preview = await getPreview(deps, ids.import);
  // Without a choice, the application counts that the import would add.
  const target = targetIn(req, targetsOf(preview, ids.domain)) ?? { domainIds: [] };
  const provider = await providerOfPreview(deps, ids.domain, preview, target);
  const before = await findOwnTest(deps, req, field(req, 'test'));
  const draft = before?.importId === ids.import ? { ...provider, settings: before.draft.settings } : provider;
  await start(deps, req, res, ids.domain, { draft, providerId: target.providerId ?? null, importId: ids.import });
}

/** Leads to the last Test login that this Power User started on a form: it waits for the response, or shows the result. If there is none, back. */
async function showLast(
  deps: Deps,
  req: Request,
  res: Response,
  form: string,
  isOfForm: (test: LoginTest) => boolean,
): Promise<void> {
  const own = req.user ? await listLoginTests(deps.store.db, LISTED, `person:${req.user.id}`) : [];
  const last = own.find((test) => test.requestId !== null && isOfForm(test));
  if (!last) await flash(req, 'You have not started a Test login here within the last day.', 'info');
  res.redirect(303, last ? testPath(last.id) : form);
}

async function testAgain(deps: Deps, req: Request, res: Response, id: string): Promise<void> {
  const test = await findOwnTest(deps, req, id);
  if (!test) throw new NotFound('This test has expired. Start it again.');
  const { draft, providerId, importId } = test;
  await start(deps, req, res, test.domainId, { draft, providerId, importId: importId ?? undefined });
}

/** The cookie of the login request and the ACS are those of one domain: a test starts at the domain that it is for. */
async function start(deps: Deps, req: Request, res: Response, domainId: string, tested: Draft): Promise<void> {
  const domain = await getDomain(deps.store.db, domainId);
  if (!req.user || domain.id !== res.locals.domain.id)
    throw new NotFound(`Open ${domain.url} and start the test there.`);
  const test = await startTest(deps, domain, `person:${req.user.id}`, tested);
  res.redirect(303, testRequestPath(test.id));
}
