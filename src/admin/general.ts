import { type Request, type Response, Router } from 'express';
import type { Deps } from '../deps.ts';
import type { FieldErrors } from '../errors.ts';
import { type IntranetSettings, saveIntranetSettings } from '../people/intranetSettings.ts';
import { flash } from '../web/flash.ts';
import { field } from '../web/form.ts';

const PATH = '/settings/general';

/** The fields by what the screen calls them, in its order. */
const labels = {
  name: 'name',
  greeting: 'greeting',
  tagline: 'tagline',
  helpAddress: 'help address',
  accent: 'accent',
  localLoginNetworks: 'networks for the local log-in',
} as const satisfies Record<keyof IntranetSettings, string>;

type Name = keyof typeof labels;
type Entered = Record<Name, string>;

const names = Object.keys(labels) as Name[];

/** Intranet > General: name, words and look of the intranet, whom to ask, and from where the local log-in may be used. */
export function generalRoutes(deps: Deps): Router {
  const router = Router();
  router.get(PATH, (req, res) => show(req, res, enteredOf(res.locals.intranet), {}));
  router.post(PATH, async (req, res) => {
    const entered = Object.fromEntries(names.map((name) => [name, field(req, name)])) as Entered;
    const saved = await saveIntranetSettings(deps, entered, req.ip ?? '');
    if (!saved.ok) return show(req, res.status(422), entered, saved.errors);
    const [was, is] = [enteredOf(res.locals.intranet), enteredOf(saved.value)];
    const changed = names.filter((name) => was[name] !== is[name]).map((name) => labels[name]);
    await flash(req, changed.length > 0 ? `Saved: ${changed.join(', ')}.` : 'Saved. Nothing was different.');
    res.redirect(303, PATH);
  });
  return router;
}

function show(req: Request, res: Response, entered: Entered, errors: FieldErrors): void {
  res.render('settings/general', {
    title: 'General',
    entered,
    errors,
    network: req.ip ?? '',
    path: PATH,
  });
}

function enteredOf({ localLoginNetworks, ...settings }: IntranetSettings): Entered {
  return { ...settings, localLoginNetworks: localLoginNetworks.join(', ') };
}
