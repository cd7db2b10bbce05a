import type { Router } from 'express';
import type { Deps } from '../../deps.ts';
import { createPasswordLink, LINK_HOURS } from '../../login/passwordLinks.ts';
import { getUser, nameOf } from '../../people/users.ts';

/** Creates the link with which a person chooses a new password, and shows it once. */
export function passwordLinkRoutes(router: Router, deps: Deps): void {
  router.post('/settings/people/:id/password/link', async (req, res) => {
    const person = await getUser(deps, req.params.id);
    const link = await createPasswordLink(deps, person, res.locals.domain.url);
    res.render('settings/people/passwordLink', {
      title: `Link for ${nameOf(person)}`,
      person,
      link,
      hours: LINK_HOURS,
    });
  });
}
