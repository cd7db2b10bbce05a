import type { Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import { type Checked, Conflict, type FieldErrors, invalid } from '../../errors.ts';
import { type ChangedAttribute, changeCustomAttribute } from '../../people/changeCustomAttribute.ts';
import { getCustomAttribute } from '../../people/customAttributes.ts';
import type { CustomAttribute } from '../../people/definition.ts';
import { countMarked } from '../../store/marked.ts';
import { flash } from '../../web/flash.ts';
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
    const input = definitionIn(req);
    const saved = await save(deps, attribute, input);
    if (!saved.ok) {
      const status = '' in saved.errors ? 409 : 422;
      return show(deps, res.status(status), attribute, { ...input, name: attribute.name }, saved.errors);
    }
    const { job } = saved.value;
    if (job) return res.redirect(303, await startNewJob(deps, req, job));
    await flash(req, `Saved ${input.label}.`);
    res.redirect(303, '/settings/attributes');
  });
}

async function save(deps: Deps, { id }: CustomAttribute, input: DefinitionForm): Promise<Checked<ChangedAttribute>> {
  try {
    return await changeCustomAttribute(deps, id, input);
  } catch (error) {
    if (error instanceof Conflict) return invalid({ '': error.message });
    throw error;
  }
}

async function show(
  { store }: Deps,
  res: Response,
  attribute: CustomAttribute,
  input: DefinitionForm,
  errors: FieldErrors,
): Promise<void> {
  const people = await countMarked(store.db, attribute.id);
  const data = { title: attribute.label, attribute, input, errors, people, ...definitionOptions };
  res.render('settings/attributes/edit', data);
}
