import type { Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import { conflictOf, type FieldErrors } from '../../errors.ts';
import { addCustomAttribute } from '../../people/customAttributes.ts';
import { flash } from '../../web/flash.ts';
import { type DefinitionForm, definitionIn, definitionOptions } from './form.ts';

const PATH = '/settings/attributes/new';
const empty: DefinitionForm = {
  name: '',
  label: '',
  section: 'work',
  type: 'text',
  choices: '',
  several: false,
  visibleTo: 'self',
  selfEditable: false,
  searchable: false,
};

/** Manage People > Attributes > Add an attribute. */
export function newAttributeRoutes(router: Router, deps: Deps): void {
  router.get(PATH, (_req, res) => show(res, empty, {}));
  router.post(PATH, async (req, res) => {
    const input = definitionIn(req);
    let errors: FieldErrors = {};
    const conflict = await conflictOf(
      addCustomAttribute(deps, input).then((added) => {
        if (!added.ok) errors = added.errors;
      }),
    );
    if (conflict) return show(res.status(409), input, conflict);
    if (Object.keys(errors).length > 0) return show(res.status(422), input, errors);
    await flash(req, `Added ${input.label}. It is now on the form of each person.`);
    res.redirect(303, '/settings/attributes');
  });
}

function show(res: Response, input: DefinitionForm, errors: FieldErrors): void {
  res.render('settings/attributes/new', { title: 'Add an attribute', input, errors, ...definitionOptions });
}
