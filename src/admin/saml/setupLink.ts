import type { Request, Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import { checkedOf, conflictOf, type FieldErrors, statusOf } from '../../errors.ts';
import { getDomain } from '../../federation/domains.ts';
import { findGuide } from '../../federation/guides/guides.ts';
import { proposedNameAt } from '../../federation/importMetadata.ts';
import { approve, decline, type Reviewed, readProposal } from '../../federation/providerSetups/decision.ts';
import { getProviderSetup, revokeProviderSetup, stateNames, stateOf } from '../../federation/providerSetups/links.ts';
import { isValid } from '../../federation/providerSetups/testing.ts';
import { hasAbout, shortBinding } from '../../federation/providers.ts';
import { ACTIVITY, domainPath, providerPath, setupLinkPath, setupLinksPath } from '../../paths.ts';
import { findProvider } from '../../store/identityProviders.ts';
import { findLoginActivity } from '../../store/loginActivity.ts';
import { leadAfter, leadTo } from '../../web/flash.ts';
import { field } from '../../web/form.ts';
import { authorOf } from '../../web/request.ts';
import { readTarget, withHosts } from './target.ts';

const PATH = setupLinkPath(':domain', ':link');

type Ids = { domain: string; link: string };
type Page = { name?: string; reason?: string; errors?: FieldErrors };

/** A provider setup link: what arrived through it, Approve, Decline and Revoke. */
export function setupLinkRoutes(router: Router, deps: Deps): void {
  router.get(PATH, (req, res) => show(deps, res, req.params));
  router.post(`${PATH}/approval` as const, (req, res) => approveIt(deps, req, res, req.params));
  router.post(`${PATH}/refusal` as const, (req, res) => declineIt(deps, req, res, req.params));
  router.post(`${PATH}/revocation` as const, (req, res) => revokeIt(deps, req, res, req.params));
}

async function show(deps: Deps, res: Response, ids: Ids, { name, reason = '', errors = {} }: Page = {}): Promise<void> {
  const { db } = deps.store;
  const domain = await getDomain(db, ids.domain);
  const setup = await getProviderSetup(db, ids.link, domain.id);
  const proposal = await readProposal(deps, setup);
  const read = typeof proposal === 'string' ? undefined : proposal;
  const known = await withHosts(db, read?.known ?? []);
  const activity = await findLoginActivity(db, setup.testId ?? '');
  const imported = await findProvider(db, setup.providerId ?? '');
  res.render('settings/saml/setupLink', {
    title: setup.note,
    host: new URL(domain.url).host,
    setup,
    state: stateOf(setup, deps.now()),
    stateNames,
    product: findGuide(setup.guide)?.name,
    proposal: read,
    problem: typeof proposal === 'string' ? proposal : undefined,
    known,
    own: known.find(({ domainIds }) => domainIds.includes(domain.id)),
    name: name ?? (read ? await proposedNameAt(db, domain.id, read.metadata) : ''),
    reason,
    errors,
    test: activity && { activity, valid: isValid(activity) },
    imported: imported && { name: imported.name, href: providerPath(domain.id, imported.id) },
    shortBinding,
    hasAbout,
    now: deps.now(),
    paths: {
      here: setupLinkPath(domain.id, setup.id),
      domain: domainPath(domain.id),
      back: setupLinksPath(domain.id),
      test: `${ACTIVITY}/${setup.testId}`,
    },
  });
}

async function approveIt(deps: Deps, req: Request, res: Response, ids: Ids): Promise<void> {
  const setup = await getProviderSetup(deps.store.db, ids.link, ids.domain);
  const proposal = await readProposal(deps, setup);
  // What cannot be imported any more is refused by approve, which says why.
  const targets = proposal && typeof proposal !== 'string' ? proposal.targets : [{ domainIds: [ids.domain] }];
  const read = readTarget(req, targets);
  if (!read.ok) return show(deps, res.status(422), ids, { name: field(req, 'name'), errors: read.errors });
  const { target, name } = read.value;
  const conflict = await conflictOf(approve(deps, reviewedIn(req, ids), target, name));
  if (conflict) return show(deps, res.status(409), ids, { name: field(req, 'name'), errors: conflict });
  const { providerId } = await getProviderSetup(deps.store.db, ids.link, ids.domain);
  await leadTo(
    res,
    providerPath(ids.domain, providerId ?? ''),
    'Approved and imported. Next: test the login and enable the provider.',
  );
}

async function declineIt(deps: Deps, req: Request, res: Response, ids: Ids): Promise<void> {
  const reason = field(req, 'reason');
  const declined = await checkedOf(decline(deps, reviewedIn(req, ids), reason));
  if (!declined.ok) return show(deps, res.status(statusOf(declined.errors)), ids, { reason, errors: declined.errors });
  await leadTo(res, setupLinkPath(ids.domain, ids.link), 'Declined. The visitor sees your reason.');
}

async function revokeIt(deps: Deps, req: Request, res: Response, ids: Ids): Promise<void> {
  const revoked = revokeProviderSetup(deps, ids.link, authorOf(req));
  const done = 'The link was revoked. Nothing more can be sent through it.';
  await leadAfter(
    res,
    setupLinksPath(ids.domain),
    revoked.then(() => done),
  );
}

/** Names what the Power User saw, so that nothing that arrived later is decided. */
function reviewedIn(req: Request, ids: Ids): Reviewed {
  return { id: ids.link, sentAt: Number(field(req, 'sentAt')) || 0, author: authorOf(req) };
}
