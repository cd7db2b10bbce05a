import type { Request, Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import { getDomain } from '../../federation/domains.ts';
import {
  exportLockedOut,
  type LockedOutReason,
  lockedOutColumns,
  lockedOutReasons,
  matchNames,
  pageOfLockedOut,
  surveyLockedOut,
} from '../../federation/lockedOut.ts';
import { getProvider } from '../../federation/providers.ts';
import { autoLoginPath, providerPath, providersPath } from '../../paths.ts';
import { queryText, withQuery } from '../../web/query.ts';
import { sendCsv } from '../../web/sendExport.ts';

const PATH = `${providerPath(':domain', ':provider')}/locked-out` as const;

type Ids = { domain: string; provider: string };

/** Who would be locked out if a provider were the only way to log in: counted, listed by page, and as a CSV file. */
export function lockedOutRoutes(router: Router, deps: Deps): void {
  router.get(PATH, (req, res) => show(deps, req, res, req.params));
  router.get(`${PATH}/export` as const, (req, res) => send(deps, res, req.params));
}

async function show(deps: Deps, req: Request, res: Response, ids: Ids): Promise<void> {
  const domain = await getDomain(deps.store.db, ids.domain);
  const provider = await getProvider(deps.store.db, ids.provider);
  const [after, reason] = [queryText(req, 'after', 64), reasonIn(req)];
  const { settings, name } = provider;
  const page = after
    ? { counts: undefined, ...(await pageOfLockedOut(deps, settings, after, reason)) }
    : await surveyLockedOut(deps, settings, reason);
  const here = `${providerPath(domain.id, provider.id)}/locked-out`;
  res.render('settings/saml/lockedOut', {
    title: 'Who would be locked out',
    provider,
    name,
    way: `${settings.matchAttribute || 'the NameID'} is compared with ${matchNames[settings.match]}`,
    ...page,
    reason,
    reasons: lockedOutReasons,
    filters: (one: string) => withQuery(here, { reason: one }),
    nextHref: page.next && withQuery(here, { reason, after: page.next }),
    paths: {
      here,
      export: `${here}/export`,
      provider: providerPath(domain.id, provider.id),
      list: providersPath(domain.id),
      autoLogin: autoLoginPath(domain.id),
    },
  });
}

function reasonIn(req: Request): LockedOutReason | undefined {
  const reason = queryText(req, 'reason', 20);
  return Object.hasOwn(lockedOutReasons, reason) ? (reason as LockedOutReason) : undefined;
}

async function send(deps: Deps, res: Response, ids: Ids): Promise<void> {
  const { settings } = await getProvider(deps.store.db, ids.provider);
  await sendCsv(deps, res, 'locked-out', lockedOutColumns, exportLockedOut(deps, settings));
}
