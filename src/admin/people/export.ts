import type { Router } from 'express';
import type { Deps } from '../../deps.ts';
import { exportPerson } from '../../people/personData.ts';
import { getUser } from '../../people/users.ts';

/** All that is stored about a person, as a file. */
export function exportPersonRoutes(router: Router, deps: Deps): void {
  router.get('/settings/people/:id/data', async (req, res) => {
    const person = await getUser(deps, req.params.id);
    res.attachment('person.json').type('json');
    res.send(JSON.stringify(await exportPerson(deps, person), null, 2));
  });
}
