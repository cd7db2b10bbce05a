import type { Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import { conflictOf } from '../../errors.ts';
import { testRequestPath } from '../../federation/loginTests.ts';
import { SETUP_PATH, setupPath } from '../../federation/providerSetups/links.ts';
import { findSetupTest, type SetupTest, startSetupTest } from '../../federation/providerSetups/testing.ts';
import { proposedMetadata } from '../../federation/providerSetups/visit.ts';
import { explain } from '../../federation/reasons.ts';
import { checksOf } from '../../saml/checkResults.ts';
import { setupOf } from './visitor.ts';

const PATH = `${SETUP_PATH}/:setup/test`;

/** The third step: a Test login of what is proposed. The person may log in as anyone of the provider; no session starts. */
export function testRoutes(router: Router, deps: Deps): void {
  router.get(PATH, (_req, res) => show(deps, res));
  router.post(PATH, (_req, res) => start(deps, res));
}

async function start(deps: Deps, res: Response): Promise<void> {
  const started = startSetupTest(deps, res.locals.domain, setupOf(res));
  const conflict = await conflictOf(started);
  if (conflict) await show(deps, res.status(409), conflict['']);
  else res.redirect(303, testRequestPath((await started).id));
}

async function show(deps: Deps, res: Response, error?: string): Promise<void> {
  const setup = setupOf(res);
  if (!proposedMetadata(setup, deps.now())) return res.redirect(303, setupPath(setup.id, 'metadata'));
  const test = await findSetupTest(deps, setup);
  res.render('intranet/provider-setup/test', {
    title: 'Test a login',
    error,
    test,
    result: test && resultOf(test),
    paths: {
      here: setupPath(setup.id, 'test'),
      metadata: setupPath(setup.id, 'metadata'),
      values: setupPath(setup.id, 'values'),
      next: setupPath(setup.id, 'send'),
    },
  });
}

/** What the visitor sees of a result: what their provider sent, and what was wrong with it. Nothing about people here. */
function resultOf({ activity, valid }: SetupTest) {
  const failed = valid ? undefined : checksOf(activity).find(({ result }) => result === 'refused');
  const { assertion } = activity.detail.arrived ?? {};
  return {
    at: activity.at,
    explanation:
      valid || activity.reason === null ? undefined : explain(activity.reason, 'your provider', failed?.cause),
    reason: activity.reason,
    failed,
    nameId: assertion?.nameId,
    nameIdFormat: assertion?.nameIdFormat,
    attributes: assertion?.attributes ?? [],
  };
}
