import type { Response, Router } from 'express';
import type { Deps } from '../deps.ts';
import type { FieldErrors } from '../errors.ts';
import { choosePassword, getUserOfLink } from '../login/passwordLinks.ts';
import type { User } from '../store/users.ts';
import { field } from '../web/form.ts';
import { rateLimit } from '../web/rateLimit.ts';

const PATH = '/new-password/:token';
const REQUESTS_PER_MINUTE = 60; // of one network

/** The page of a link with which a person chooses a new password. It logs nobody in: they log in with the password. */
export function newPasswordRoutes(router: Router, deps: Deps): void {
  router.use('/new-password', rateLimit(deps, REQUESTS_PER_MINUTE));
  router.get(PATH, async (req, res) => show(res, await getUserOfLink(deps, req.params.token), {}));
  router.post(PATH, async (req, res) => {
    const user = await getUserOfLink(deps, req.params.token);
    const entered = { password: field(req, 'password'), repeated: field(req, 'repeated') };
    const chosen = await choosePassword(deps, req.params.token, entered, req.ip ?? '');
    if (!chosen.ok) return show(res.status(422), user, chosen.errors);
    res.redirect(303, '/local-login?new-password');
  });
}

function show(res: Response, person: User, errors: FieldErrors): void {
  res.render('intranet/newPassword', { title: 'Choose a new password', person, errors });
}
