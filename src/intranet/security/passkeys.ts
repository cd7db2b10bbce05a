import type { Router } from 'express';
import { isUniqueViolation } from '../../db/uniqueViolation.ts';
import type { Deps } from '../../deps.ts';
import { browserName } from '../../login/browserName.ts';
import { creationOptions, readNewPasskey } from '../../login/passkeys.ts';
import { newRecoveryCodesIfNone } from '../../login/recoveryCodes.ts';
import { passkeyNameIn } from '../../login/renamePasskey.ts';
import { changeSecondFactors } from '../../login/secondFactors.ts';
import { readIntranetSettings } from '../../people/intranetSettings.ts';
import { insertPasskey, listPasskeys } from '../../store/secondFactors.ts';
import { flash } from '../../web/flash.ts';
import { field } from '../../web/form.ts';
import { withQuery } from '../../web/query.ts';
import { rateLimit } from '../../web/rateLimit.ts';
import { clientOf, type LoggedInUser } from '../../web/request.ts';
import { requireConfirmation, SECURITY_PAGE } from '../../web/requireLogin.ts';
import { currentSessionId } from '../../web/session.ts';
import { continueProven, getPasswordOwner } from './page.ts';
import { showRecoveryCodes } from './recoveryCodes.ts';

const PATH = `${SECURITY_PAGE}/passkeys`;
const MOST_PASSKEYS = 20;
const OPTIONS_A_MINUTE = 60;

/** Adds a passkey. The script of the page fetches the options and submits what the authenticator created. */
export function passkeyRoutes(router: Router, deps: Deps): void {
  const confirmed = requireConfirmation(deps);
  router.post(`${PATH}/options`, confirmed, rateLimit(deps, OPTIONS_A_MINUTE), async (req, res) => {
    const user = await getPasswordOwner(deps, req);
    const { name } = await readIntranetSettings(deps.store.db);
    if ((await listPasskeys(deps.store.db, user.id)).length >= MOST_PASSKEYS)
      return res.status(422).json({ error: `You have ${MOST_PASSKEYS} passkeys. Remove one first.` });
    res.json(await creationOptions(deps, res.locals.domain, user, name, `add ${currentSessionId(req)}`));
  });
  router.post(PATH, confirmed, async (req, res) => {
    const user = await getPasswordOwner(deps, req);
    const wanted = field(req, 'return');
    const name = passkeyNameIn(field(req, 'name')) || browserName(clientOf(req).userAgent);
    const created = { response: field(req, 'passkey'), name };
    const binding = `add ${currentSessionId(req)}` as const;
    const passkey = await readNewPasskey(deps, res.locals.domain, user.id, binding, created);
    const codes = passkey && (await add(deps, user, passkey));
    if (!codes) {
      await flash(req, 'The passkey was not added. Try again.', 'danger');
      return res.redirect(303, withQuery(SECURITY_PAGE, { return: wanted || undefined }));
    }
    await continueProven(deps, req, res, user, 'password_passkey');
    const done = `The passkey “${name}” was added. You are logged out in all other browsers.`;
    if (codes.length > 0) return showRecoveryCodes(deps, res, user, { codes, wanted, done });
    await flash(req, done);
    res.redirect(303, SECURITY_PAGE);
  });
}

/** Stores a passkey. Returns new recovery codes if there were none before, or undefined if the credential is known already. */
async function add(
  deps: Deps,
  { id, login }: LoggedInUser,
  passkey: NonNullable<Awaited<ReturnType<typeof readNewPasskey>>>,
): Promise<string[] | undefined> {
  try {
    return await changeSecondFactors(deps, id, login.mark, async (trx) => {
      await insertPasskey(trx, passkey);
      return (await newRecoveryCodesIfNone(trx, deps, id)) ?? [];
    });
  } catch (error) {
    if (isUniqueViolation(error)) return undefined;
    throw error;
  }
}
