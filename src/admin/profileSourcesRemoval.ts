import { type Response, Router } from 'express';
import type { Deps } from '../deps.ts';
import { removeSource, sourceEffects } from '../directory/profileSources.ts';
import { type FieldErrors, NotFound } from '../errors.ts';
import { findSource, type ProfileSource } from '../store/profileSources.ts';
import { countSessionsOfSource } from '../store/sessions.ts';
import { field } from '../web/form.ts';
import { identifierOnly } from '../web/query.ts';
import { flash } from '../web/render.ts';

const PATH = '/settings/profile-sources/scim/:id/removal';

/** Removing a source: says in numbers what it touches, asks what becomes of its people, and wants the name typed. */
export function profileSourcesRemovalRoutes(deps: Deps): Router {
  const router = Router();
  router.param('id', identifierOnly);
  router.get(PATH, async (req, res) =>
    ask(deps, res, await getSource(deps, req.params.id), { typed: '', people: '' }, {}),
  );
  router.post(PATH, async (req, res) => {
    const source = await getSource(deps, req.params.id);
    const entered = { typed: field(req, 'typed').trim(), people: field(req, 'people') };
    const errors = faultsOf(source, entered);
    if (Object.keys(errors).length > 0) {
      res.status(422);
      return ask(deps, res, source, entered, errors);
    }
    await removeSource(deps, source.id, entered.people === 'deactivate' ? 'deactivate' : 'keep');
    flash(req, `${source.name} is removed. Its people ${entered.people === 'keep' ? 'are kept' : 'are deactivated'}.`);
    res.redirect(303, '/settings/profile-sources/scim');
  });
  return router;
}

type Entered = { typed: string; people: string };

function faultsOf({ name }: ProfileSource, { typed, people }: Entered): FieldErrors {
  return {
    ...(people === 'keep' || people === 'deactivate' ? {} : { people: 'Choose what becomes of its people.' }),
    ...(typed === name ? {} : { typed: `Type ${name} to remove it.` }),
  };
}

async function ask(
  deps: Deps,
  res: Response,
  source: ProfileSource,
  entered: Entered,
  errors: FieldErrors,
): Promise<void> {
  res.render('settings/profile-sources/remove', {
    title: `Remove ${source.name}?`,
    source,
    entered,
    errors,
    effects: await sourceEffects(deps, source.id),
    sessions: await countSessionsOfSource(deps.store.relaxed, source.id, deps.now()),
  });
}

async function getSource({ store }: Deps, id: string): Promise<ProfileSource> {
  const source = await findSource(store.db, id);
  if (!source) throw new NotFound('There is no such profile source.');
  return source;
}
