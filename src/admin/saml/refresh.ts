import type { Request, Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import { getProvider } from '../../federation/providers.ts';
import { type RefreshOutcome, refreshMetadata } from '../../federation/refreshMetadata.ts';
import { approveWaiting, rejectWaiting } from '../../federation/waitingMetadata.ts';
import { providerPath } from '../../paths.ts';
import { leadAfter, leadTo } from '../../web/flash.ts';
import { field } from '../../web/form.ts';
import { authorOf } from '../../web/request.ts';

const PATH = providerPath(':domain', ':provider');

type Ids = { domain: string; provider: string };

/** Refresh now, and Approve and Reject of published metadata that waits. Each leads back to the Edit screen, which shows the result. */
export function refreshRoutes(router: Router, deps: Deps): void {
  router.post(`${PATH}/refresh` as const, (req, res) => refreshNow(deps, res, req.params));
  router.post(`${PATH}/approval` as const, (req, res) => {
    const { domain, provider } = req.params;
    return leadAfter(res, providerPath(domain, provider), approve(deps, req, provider));
  });
  router.post(`${PATH}/rejection` as const, (req, res) => {
    const { domain, provider } = req.params;
    return leadAfter(res, providerPath(domain, provider), reject(deps, req, provider));
  });
}

async function refreshNow(deps: Deps, res: Response, ids: Ids): Promise<void> {
  const { id, name } = await getProvider(deps.store.db, ids.provider);
  const outcome = await refreshMetadata(deps, id);
  await leadTo(
    res,
    providerPath(ids.domain, id),
    outcomeText(outcome, name),
    outcome.kind === 'failed' ? 'danger' : 'success',
  );
}

async function approve(deps: Deps, req: Request, id: string): Promise<string> {
  const { name } = await approveWaiting(deps, id, authorOf(req), field(req, 'digest'));
  return `The published metadata of ${name} is in use.`;
}

async function reject(deps: Deps, req: Request, id: string): Promise<string> {
  const { name } = await rejectWaiting(deps, id, field(req, 'digest'));
  return `Rejected. The metadata of ${name} stays as it is until it publishes something else.`;
}

function outcomeText(outcome: RefreshOutcome, name: string): string {
  const texts = {
    unchanged: `The metadata of ${name} has not changed.`,
    used: `New metadata of ${name} is in use.`,
    waiting: `${name} has published changes. Review them below.`,
  };
  return outcome.kind === 'failed' ? outcome.message : texts[outcome.kind];
}
