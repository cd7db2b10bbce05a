import type { Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import { type FieldErrors, NotFound } from '../../errors.ts';
import { PASSKEY_GONE, renamePasskey } from '../../login/renamePasskey.ts';
import { listPasskeys } from '../../store/secondFactors.ts';
import { flash } from '../../web/flash.ts';
import { field } from '../../web/form.ts';
import { queryText } from '../../web/query.ts';
import { requireLogin, SECURITY_PAGE } from '../../web/requireLogin.ts';
import { getPasswordOwner } from './page.ts';

const PATH = `${SECURITY_PAGE}/name`;

/** Renames a passkey. It opens nothing else than before, so no one has to confirm who they are, and no one is logged out. */
export function renamePasskeyRoutes(router: Router, deps: Deps): void {
  router.get(PATH, requireLogin, async (req, res) => {
    const { id } = await getPasswordOwner(deps, req);
    await show(deps, res, id, queryText(req, 'passkey'), undefined, {});
  });
  router.post(PATH, requireLogin, async (req, res) => {
    const { id } = await getPasswordOwner(deps, req);
    const [passkey, entered] = [field(req, 'passkey').slice(0, 100), field(req, 'name')];
    const renamed = await renamePasskey(deps, id, passkey, entered);
    if (!renamed.ok) return show(deps, res.status(422), id, passkey, entered, renamed.errors);
    await flash(req, `The passkey is named “${renamed.value}” now.`);
    res.redirect(303, SECURITY_PAGE);
  });
}

async function show(
  deps: Deps,
  res: Response,
  userId: string,
  id: string,
  entered: string | undefined,
  errors: FieldErrors,
): Promise<void> {
  const passkey = (await listPasskeys(deps.store.db, userId)).find((one) => one.id === id);
  if (!passkey) throw new NotFound(PASSKEY_GONE);
  const name = entered ?? passkey.name;
  res.render('intranet/security/rename', {
    title: 'Rename passkey',
    id,
    name,
    errors,
    path: PATH,
    list: SECURITY_PAGE,
  });
}
