import type { Router } from 'express';
import type { Deps } from '../deps.ts';
import { browserName } from '../login/browserName.ts';
import { hasUsablePassword } from '../login/changePassword.ts';
import { endSessions, listOpenSessions } from '../login/openSessions.ts';
import { proofNames } from '../login/proof.ts';
import { limitsOf } from '../login/sessionLimits.ts';
import { exportPerson } from '../people/personData.ts';
import { referencesOf } from '../people/references.ts';
import { getUser } from '../people/users.ts';
import { findProvider } from '../store/identityProviders.ts';
import { findUsersById } from '../store/users.ts';
import { flash } from '../web/flash.ts';
import { field } from '../web/form.ts';
import { rateLimit } from '../web/rateLimit.ts';
import { requireLogin } from '../web/requireLogin.ts';
import { currentSessionId } from '../web/session.ts';
import { allFacts, photoOf } from './facts.ts';

const MOST_SHOWN = 50;
const MINUTE_MS = 60_000;
const EXPORTS_A_MINUTE = 20; // of one network: each reads all logs

/** My profile: the person's entry in the directory, how they logged in, and where else they are logged in. */
export function profileRoutes(router: Router, deps: Deps): void {
  router.post('/profile/sessions/end', requireLogin, async (req, res) => {
    const own = { userIds: [req.user?.id ?? ''], exceptId: currentSessionId(req) };
    const id = field(req, 'id').slice(0, 100);
    const ended = await endSessions(deps, id === '' ? own : { ...own, ids: [id] });
    await flash(req, textOf(ended), ended === 0 ? 'info' : 'success');
    res.redirect(303, '/profile');
  });
  router.get('/profile/data', requireLogin, rateLimit(deps, EXPORTS_A_MINUTE), async (req, res) => {
    res.attachment('my-data.json').type('json');
    res.send(JSON.stringify(await exportPerson(deps, await getUser(deps, req.user?.id ?? '')), null, 2));
  });
  router.get('/profile', requireLogin, async (req, res) => {
    const providerId = req.user?.login.providerId;
    const provider = providerId === undefined ? undefined : await findProvider(deps.store.db, providerId);
    const { list } = deps.attributes;
    const named = await findUsersById(deps.store.db, req.user ? referencesOf(req.user, list) : []);
    const facts = req.user ? allFacts(req.user, list, named) : [];
    const hasPassword = req.user && (await hasUsablePassword(deps, req.user));
    const { rows } = await listOpenSessions(deps, { userIds: [req.user?.id ?? ''] }, { limit: MOST_SHOWN });
    const current = currentSessionId(req);
    res.render('intranet/profile', {
      title: 'My profile',
      provider,
      facts,
      photoOf,
      hasPassword,
      proof: proofNames[req.user?.login.proof ?? 'password'],
      idleMinutes: limitsOf(res.locals.domain).idleMs / MINUTE_MS,
      sessions: rows
        .map((row) => ({ ...row, browser: browserName(row.userAgent), isCurrent: row.id === current }))
        .sort((one, other) => Number(other.isCurrent) - Number(one.isCurrent)),
    });
  });
}

function textOf(ended: number): string {
  if (ended === 0) return 'You were not logged in there any more.';
  return ended === 1
    ? 'You are logged out there.'
    : `You are logged out in ${ended.toLocaleString('en')} other browsers.`;
}
