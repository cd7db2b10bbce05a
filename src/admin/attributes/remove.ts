import type { Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import { removeCustomAttribute } from '../../people/changeCustomAttribute.ts';
import { getCustomAttribute } from '../../people/customAttributes.ts';
import { countMarked } from '../../store/marked.ts';
import { leadTo } from '../../web/flash.ts';
import { field } from '../../web/form.ts';
import { startNewJob } from '../jobs/job.ts';

const PATH = '/settings/attributes/:id/removal';

/** Manage People > Attributes > an attribute > Remove. */
export function removeAttributeRoutes(router: Router, deps: Deps): void {
  router.get(PATH, (req, res) => confirm(deps, res, req.params.id, ''));
  router.post(PATH, async (req, res) => {
    const { id, name } = await getCustomAttribute(deps.store.db, req.params.id);
    const typed = field(req, 'typed').trim();
    const people = await countMarked(deps.store.db, id);
    if (people > 0 && typed !== name)
      return confirm(deps, res.status(422), id, typed, { typed: `Type ${name} to remove it.` });
    const { attribute, job } = await removeCustomAttribute(deps, id);
    if (job) return res.redirect(303, await startNewJob(deps, req, job));
    await leadTo(res, '/settings/attributes', `Removed ${attribute.label}.`);
  });
}

async function confirm({ store }: Deps, res: Response, id: string, typed: string, errors = {}): Promise<void> {
  const attribute = await getCustomAttribute(store.db, id);
  const people = await countMarked(store.db, id);
  res.render('settings/attributes/remove', { title: `Remove ${attribute.label}?`, attribute, people, typed, errors });
}
