import type { Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import type { FieldErrors } from '../../errors.ts';
import { getSource } from '../../sources/profileSources.ts';
import { sourceEffects, sourceRemoval } from '../../sources/removal.ts';
import type { ProfileSource } from '../../store/profileSources.ts';
import { countSessionsOfSource } from '../../store/sessions.ts';
import { confirmationOf } from '../../web/confirmation.ts';
import { field } from '../../web/form.ts';
import { startNewJob } from '../jobs/job.ts';

const PATH = '/settings/profile-sources/scim/:id/removal';

/** Manage Profile Sources > SCIM > a source > Remove. */
export function removeSourceRoutes(router: Router, deps: Deps): void {
  router.get(PATH, async (req, res) =>
    confirm(deps, res, await getSource(deps, req.params.id), { typed: '', people: '' }, {}),
  );
  router.post(PATH, async (req, res) => {
    const source = await getSource(deps, req.params.id);
    const entered = { typed: field(req, 'typed').trim(), people: field(req, 'people') };
    const errors = errorsIn(source, entered);
    if (Object.keys(errors).length > 0) return confirm(deps, res.status(422), source, entered, errors);
    const people = entered.people === 'deactivate' ? 'deactivate' : 'keep';
    res.redirect(303, await startNewJob(deps, req, await sourceRemoval(deps, source.id, people)));
  });
}

type Entered = { typed: string; people: string };

function errorsIn({ name }: ProfileSource, { typed, people }: Entered): FieldErrors {
  const word = confirmationOf(name);
  return {
    ...(people === 'keep' || people === 'deactivate' ? {} : { people: 'Select what should happen to its people.' }),
    ...(typed === word ? {} : { typed: `Type ${word} to remove this source.` }),
  };
}

async function confirm(
  deps: Deps,
  res: Response,
  source: ProfileSource,
  entered: Entered,
  errors: FieldErrors,
): Promise<void> {
  res.render('settings/profile-sources/remove', {
    title: `Remove ${source.name}?`,
    source,
    word: confirmationOf(source.name),
    entered,
    errors,
    effects: await sourceEffects(deps, source.id),
    sessions: await countSessionsOfSource(deps.store.db, source.id, deps.now()),
  });
}
