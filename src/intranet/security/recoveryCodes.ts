import type { Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import { NotFound } from '../../errors.ts';
import { newRecoveryCodes } from '../../login/recoveryCodes.ts';
import { changeSecondFactors } from '../../login/secondFactors.ts';
import { readIntranetSettings } from '../../people/intranetSettings.ts';
import { countRecoveryCodes, hasSecondFactor } from '../../store/secondFactors.ts';
import type { LoggedInUser } from '../../web/request.ts';
import { requireConfirmation, SECURITY_PAGE } from '../../web/requireLogin.ts';
import { continueSession } from '../../web/session.ts';
import { frameOf, getPasswordOwner } from './page.ts';

const PATH = `${SECURITY_PAGE}/recovery-codes`;

/** Creates new recovery codes after a confirmation, and shows them once. */
export function recoveryCodesRoutes(router: Router, deps: Deps): void {
  const confirmed = requireConfirmation(deps);
  router.get(PATH, confirmed, async (req, res) => {
    const user = await getPasswordOwner(deps, req);
    if (!(await hasSecondFactor(deps.store.db, user.id))) throw noFactor();
    const left = await countRecoveryCodes(deps.store.db, user.id);
    const frame = await frameOf(deps, res, user, undefined);
    res.render('intranet/security/recoveryCodes', { title: 'New recovery codes', ...frame, codes: undefined, left });
  });
  router.post(PATH, confirmed, async (req, res) => {
    const user = await getPasswordOwner(deps, req);
    const codes = await changeSecondFactors(deps, user.id, user.login.mark, async (trx) => {
      if (!(await hasSecondFactor(trx, user.id))) throw noFactor();
      return newRecoveryCodes(trx, deps, user.id);
    });
    await continueSession(deps, req, res, user);
    const done = 'These codes replace the ones before. You are logged out in all other browsers.';
    await showRecoveryCodes(deps, res, user, { codes, wanted: '', done });
  });
}

/** Shows recovery codes, the only time that they are on a page. */
export async function showRecoveryCodes(
  deps: Deps,
  res: Response,
  user: LoggedInUser,
  { codes, wanted, done }: { codes: string[]; wanted: string; done: string },
): Promise<void> {
  const { name } = await readIntranetSettings(deps.store.db);
  const { host } = new URL(res.locals.domain.url);
  const text = [`Recovery codes of ${user.userName} for ${name} (${host}). Each works once.`, '', ...codes, ''].join(
    '\r\n',
  );
  const frame = await frameOf(deps, res, user, wanted);
  res.render('intranet/security/recoveryCodes', {
    title: 'Your recovery codes',
    ...frame,
    codes,
    done,
    download: `data:text/plain;charset=utf-8,${encodeURIComponent(text)}`,
    fileName: `recovery-codes-${host.replaceAll(/[^\w.-]/g, '-')}.txt`,
    left: codes.length,
  });
}

function noFactor(): NotFound {
  return new NotFound('Recovery codes are for people with an authenticator app or a passkey. Set one up first.');
}
