import type { Request, Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import { Conflict } from '../../errors.ts';
import { getProvider } from '../../federation/providers.ts';
import { type RefreshOutcome, refreshMetadata } from '../../federation/refreshMetadata.ts';
import { approveWaiting, rejectWaiting } from '../../federation/waitingMetadata.ts';
import { providerPath } from '../../paths.ts';
import { nameOf } from '../../people/users.ts';
import { flash } from '../../web/flash.ts';
import { field } from '../../web/form.ts';

const PATH = providerPath(':domain', ':provider');

type Ids = { domain: string; provider: string };

/** Refresh now, and Approve and Reject of published metadata that waits. Each leads back to the Edit screen, which shows the result. */
export function refreshRoutes(router: Router, deps: Deps): void {
  router.post(`${PATH}/refresh` as const, (req, res) => refreshNow(deps, req, res, req.params));
  router.post(`${PATH}/approval` as const, (req, res) =>
    decide(req, res, req.params, async (id, digest) => {
      const { name } = await approveWaiting(deps, id, req.user ? nameOf(req.user) : '', digest);
      return `The published metadata of ${name} is in use.`;
    }),
  );
  router.post(`${PATH}/rejection` as const, (req, res) =>
    decide(req, res, req.params, async (id, digest) => {
      const { name } = await rejectWaiting(deps, id, digest);
      return `Rejected. The metadata of ${name} stays as it is until it publishes something else.`;
    }),
  );
}

async function refreshNow(deps: Deps, req: Request, res: Response, ids: Ids): Promise<void> {
  const { id, name } = await getProvider(deps.store.db, ids.provider);
  const outcome = await refreshMetadata(deps, id);
  await flash(req, outcomeText(outcome, name), outcome.kind === 'failed' ? 'danger' : 'success');
  res.redirect(303, providerPath(ids.domain, id));
}

async function decide(
  req: Request,
  res: Response,
  ids: Ids,
  decision: (id: string, digest: string) => Promise<string>,
): Promise<void> {
  try {
    await flash(req, await decision(ids.provider, field(req, 'digest')));
  } catch (error) {
    if (!(error instanceof Conflict)) throw error;
    await flash(req, error.message, 'danger');
  }
  res.redirect(303, providerPath(ids.domain, ids.provider));
}

function outcomeText(outcome: RefreshOutcome, name: string): string {
  const texts = {
    unchanged: `The metadata of ${name} has not changed.`,
    used: `New metadata of ${name} is in use.`,
    waiting: `${name} has published changes. Review them below.`,
  };
  return outcome.kind === 'failed' ? outcome.message : texts[outcome.kind];
}
