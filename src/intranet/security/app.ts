import type { Request, Response, Router } from 'express';
import { renderSVG } from 'uqr';
import type { Deps } from '../../deps.ts';
import { appUri, confirmApp, newAppSecret, openDraft, sealDraft } from '../../login/authenticatorApp.ts';
import { newRecoveryCodesIfNone } from '../../login/recoveryCodes.ts';
import { changeSecondFactors } from '../../login/secondFactors.ts';
import { readIntranetSettings } from '../../people/intranetSettings.ts';
import { findAuthenticatorApp, writeAuthenticatorApp } from '../../store/secondFactors.ts';
import { flash } from '../../web/flash.ts';
import { field } from '../../web/form.ts';
import type { LoggedInUser } from '../../web/request.ts';
import { requireConfirmation, SECURITY_PAGE } from '../../web/requireLogin.ts';
import { continueProven, frameOf, getPasswordOwner } from './page.ts';
import { showRecoveryCodes } from './recoveryCodes.ts';

const PATH = `${SECURITY_PAGE}/app`;

/** Sets up an authenticator app. Until its first code is right, the secret is only on the page, and nothing changes. */
export function appRoutes(router: Router, deps: Deps): void {
  const confirmed = requireConfirmation(deps);
  router.get(PATH, confirmed, async (req, res) => {
    const user = await getPasswordOwner(deps, req);
    await show(deps, res, user, { secret: newAppSecret(deps), wanted: req.query.return });
  });
  router.post(PATH, confirmed, async (req, res) => {
    const user = await getPasswordOwner(deps, req);
    const wanted = field(req, 'return');
    const secret = openDraft(deps, user.id, field(req, 'draft'));
    if (secret === undefined) {
      const error = 'This page was open for too long. Scan the new QR code.';
      return show(deps, res.status(422), user, { secret: newAppSecret(deps), wanted, error });
    }
    const app = await confirmApp(deps, user.id, secret, field(req, 'code'));
    const error = 'This code is wrong. Enter the one that the app shows now, and check the clock of your phone.';
    if (!app) return show(deps, res.status(422), user, { secret, wanted, error });
    await save(deps, req, res, user, app, wanted);
  });
}

async function save(
  deps: Deps,
  req: Request,
  res: Response,
  user: LoggedInUser,
  app: NonNullable<Awaited<ReturnType<typeof confirmApp>>>,
  wanted: string,
): Promise<void> {
  const codes = await changeSecondFactors(deps, user.id, user.login.mark, async (trx) => {
    await writeAuthenticatorApp(trx, app);
    return newRecoveryCodesIfNone(trx, deps, user.id);
  });
  await continueProven(deps, req, res, user, 'password_app');
  const done = 'The authenticator app is set up. You are logged out in all other browsers.';
  if (codes) return showRecoveryCodes(deps, res, user, { codes, wanted, done });
  await flash(req, done);
  res.redirect(303, SECURITY_PAGE);
}

type Page = { secret: string; wanted: unknown; error?: string };

async function show(deps: Deps, res: Response, user: LoggedInUser, { secret, wanted, error }: Page): Promise<void> {
  const { db } = deps.store;
  const { name } = await readIntranetSettings(db);
  const uri = appUri(name, user.userName, secret);
  res.render('intranet/security/app', {
    title: 'Set up an authenticator app',
    ...(await frameOf(deps, res, user, wanted)),
    // In a data: URL, because the content policy allows no style attributes and no other origin.
    qrCode: `data:image/svg+xml;base64,${Buffer.from(renderSVG(uri, { border: 4 })).toString('base64')}`,
    uri,
    secret: secret.replaceAll(/(.{4})(?=.)/g, '$1 '),
    draft: sealDraft(deps, user.id, secret),
    replaces: (await findAuthenticatorApp(db, user.id)) !== undefined,
    error,
  });
}
