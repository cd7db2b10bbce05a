import type { Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import { checkedOf, type FieldErrors, statusOf } from '../../errors.ts';
import { addCustomAttribute } from '../../people/customAttributes.ts';
import { leadTo } from '../../web/flash.ts';
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
    const entered = definitionIn(req);
    const added = await checkedOf(addCustomAttribute(deps, entered));
    if (!added.ok) return show(res.status(statusOf(added.errors)), entered, added.errors);
    await leadTo(res, '/settings/attributes', `Added ${entered.label}. It is now on the form of each person.`);
  });
}

function show(res: Response, entered: DefinitionForm, errors: FieldErrors): void {
  res.render('settings/attributes/new', { title: 'Add an attribute', entered, errors, ...definitionOptions });
}
