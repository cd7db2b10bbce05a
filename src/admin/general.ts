import type { Request, Response, Router } from 'express';
import type { Deps } from '../deps.ts';
import { type FieldErrors, invalid } from '../errors.ts';
import { ownFactorErrors, readSecondFactorState, secondFactorStateText } from '../login/secondFactorSetting.ts';
import { type IntranetSettings, readIntranetSettings, saveIntranetSettings } from '../people/intranetSettings.ts';
import { leadTo, savedText } from '../web/flash.ts';
import { field, file, ticked } from '../web/form.ts';

const PATH = '/settings/general';

/** The names of the fields in messages, in the order of the form. */
const labels = {
  name: 'name',
  greeting: 'greeting',
  tagline: 'tagline',
  helpAddress: 'help address',
  accent: 'accent',
  mark: 'mark',
  localLoginNetworks: 'networks for local login',
  messageDays: 'days for which messages are kept',
  secondFactor: 'second factor of Power Users',
} as const satisfies Record<keyof IntranetSettings, string>;

type Name = keyof typeof labels;
type Entered = Record<Name, string>;

const names = Object.keys(labels) as Name[];

/** Application Settings > Intranet > General. */
export function generalRoutes(router: Router, deps: Deps): void {
  router.get(PATH, async (req, res) => show(deps, req, res, enteredOf(await readIntranetSettings(deps.store.db)), {}));
  router.post(PATH, async (req, res) => {
    const stored = await readIntranetSettings(deps.store.db);
    const before = enteredOf(stored);
    const typed = Object.fromEntries(names.map((name) => [name, field(req, name)])) as Entered;
    const entered = { ...typed, mark: before.mark };
    const picture = ticked(req, 'mark.remove') ? null : file(req, 'mark.file');
    const ownErrors = await ownFactorErrors(deps, stored.secondFactor, entered.secondFactor, req.user?.id ?? '');
    const saved =
      Object.keys(ownErrors).length > 0
        ? invalid(ownErrors)
        : await saveIntranetSettings(deps, entered, req.ip ?? '', picture);
    if (!saved.ok) return show(deps, req, res.status(422), entered, saved.errors);
    const after = enteredOf(saved.value);
    const changed = names.filter((name) => before[name] !== after[name]).map((name) => labels[name]);
    await leadTo(res, PATH, savedText(changed));
  });
}

async function show(deps: Deps, req: Request, res: Response, entered: Entered, errors: FieldErrors): Promise<void> {
  res.render('settings/general', {
    title: 'General',
    entered,
    errors,
    network: req.ip ?? '',
    secondFactors: secondFactorStateText(await readSecondFactorState(deps)),
    path: PATH,
  });
}

function enteredOf({ localLoginNetworks, messageDays, ...settings }: IntranetSettings): Entered {
  return { ...settings, localLoginNetworks: localLoginNetworks.join(', '), messageDays: String(messageDays) };
}
