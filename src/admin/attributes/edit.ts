import type { Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import { checkedOf, type FieldErrors, statusOf } from '../../errors.ts';
import { changeCustomAttribute } from '../../people/changeCustomAttribute.ts';
import { getCustomAttribute } from '../../people/customAttributes.ts';
import type { CustomAttribute } from '../../people/definition.ts';
import { countMarked } from '../../store/marked.ts';
import { leadTo } from '../../web/flash.ts';
import { startNewJob } from '../jobs/job.ts';
import { type DefinitionForm, definitionIn, definitionOptions } from './form.ts';

const PATH = '/settings/attributes/:id';

/** Manage People > Attributes > an attribute. */
export function editAttributeRoutes(router: Router, deps: Deps): void {
  router.get(PATH, async (req, res) => {
    const attribute = await getCustomAttribute(deps.store.db, req.params.id);
    await show(deps, res, attribute, { ...attribute, choices: attribute.choices.join('\n') }, {});
  });
  router.post(PATH, async (req, res) => {
    const attribute = await getCustomAttribute(deps.store.db, req.params.id);
    const entered = definitionIn(req);
    const saved = await checkedOf(changeCustomAttribute(deps, attribute.id, entered));
    if (!saved.ok)
      return show(
        deps,
        res.status(statusOf(saved.errors)),
        attribute,
        { ...entered, name: attribute.name },
        saved.errors,
      );
    const { job } = saved.value;
    if (job) return res.redirect(303, await startNewJob(deps, req, job));
    await leadTo(res, '/settings/attributes', `Saved ${entered.label}.`);
  });
}

async function show(
  { store }: Deps,
  res: Response,
  attribute: CustomAttribute,
  entered: DefinitionForm,
  errors: FieldErrors,
): Promise<void> {
  const people = await countMarked(store.db, attribute.id);
  const data = { title: attribute.label, attribute, entered, errors, people, ...definitionOptions };
  res.render('settings/attributes/edit', data);
}
