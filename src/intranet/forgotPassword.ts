import type { Request, Response, Router } from 'express';
import type { Deps } from '../deps.ts';
import { NotFound } from '../errors.ts';
import { limitsForLinks, mayTry } from '../login/limits.ts';
import { canMailPeople, mailPasswordLink } from '../notifications/loginMails.ts';
import { field } from '../web/form.ts';

const PATH = '/forgot-password';

/** The page where a person asks for a link for a new password by mail. It never says whether there is such a person. */
export function forgotPasswordRoutes(router: Router, deps: Deps): void {
  router.use(PATH, async (_req, _res, next) => {
    if (await canMailPeople(deps)) return next();
    throw new NotFound('This intranet sends no mails. Ask a Power User for a new password.', {
      title: 'No new password by mail',
    });
  });
  router.get(PATH, (_req, res) => show(res, '', undefined));
  router.post(PATH, (req, res) => ask(deps, req, res));
}

async function ask(deps: Deps, req: Request, res: Response): Promise<void> {
  const name = field(req, 'userName').trim().slice(0, 256);
  if (name === '') return show(res.status(422), name, 'Enter your user name.');
  if (!(await mayTry(deps, limitsForLinks(deps, name, req.ip ?? ''))))
    return show(res.status(429), name, 'You asked too often. Wait 15 minutes, or ask a Power User for a new password.');
  // In the background: how long it takes would tell whether there is such a person.
  const mailed = mailPasswordLink(deps, name, res.locals.domain.url);
  deps.background.add(mailed.catch((error: unknown) => deps.log.warn({ err: error }, 'password mail failed')));
  res.render('intranet/forgotPassword', {
    title: 'Check your mailbox',
    userName: name,
    error: undefined,
    isSent: true,
  });
}

function show(res: Response, userName: string, error: string | undefined): void {
  res.render('intranet/forgotPassword', { title: 'Forgot your password?', userName, error, isSent: false });
}
