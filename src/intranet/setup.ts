import type { Response, Router } from 'express';
import type { Deps } from '../deps.ts';
import { type FieldErrors, NotFound } from '../errors.ts';
import { readCredentials } from '../login/credentials.ts';
import { addFirstPowerUser, isSetupLink } from '../login/firstPowerUser.ts';
import { emptyPerson } from '../people/attribute.ts';
import { errorsByHeader, withCells } from '../people/csv.ts';
import { flash } from '../web/flash.ts';
import { field } from '../web/form.ts';
import { startLocalSession } from './localSession.ts';

const fields = ['givenName', 'familyName', 'userName', 'email'] as const;

/** The page of the one-time setup link, which creates the first Power User. */
export function setupRoutes(router: Router, deps: Deps): void {
  router.get('/setup/:token', async (req, res) => {
    await requireLink(deps, req.params.token);
    show(res, {}, {});
  });
  router.post('/setup/:token', async (req, res) => {
    await requireLink(deps, req.params.token);
    const entered = Object.fromEntries(fields.map((name) => [name, field(req, name)]));
    const input = withCells(emptyPerson, entered, deps.attributes.list);
    const added = await addFirstPowerUser(deps, req.params.token, input, field(req, 'password'));
    if (!added.ok) return show(res.status(422), entered, errorsByHeader(added.errors, deps.attributes.list));
    const { mark } = await readCredentials(deps.store.db, added.value.id);
    await startLocalSession(deps, req, res, added.value, { proof: 'password', mark });
    await flash(req, 'You are the first Power User. Next, set up the domain.');
    res.redirect(303, '/settings/security/saml');
  });
}

function show(res: Response, entered: Record<string, string>, errors: FieldErrors): void {
  res.setHeader('cache-control', 'no-store');
  res.render('intranet/setup', { title: 'Set up Anteroom', entered, errors });
}

async function requireLink(deps: Deps, token: string): Promise<void> {
  if (!(await isSetupLink(deps, token)))
    throw new NotFound('This setup link was already used, or is not the latest one.', {
      title: 'This link no longer works',
    });
}
