import type { Request } from 'express';
import { personSections } from '../../people/attribute.ts';
import { audienceLabels, type Definition, typeLabels } from '../../people/definition.ts';
import { field, ticked } from '../../web/form.ts';

/** A definition as the form holds it: choices one per line. */
export type DefinitionForm = Record<keyof Omit<Definition, 'several' | 'selfEditable' | 'searchable'>, string> &
  Pick<Definition, 'several' | 'selfEditable' | 'searchable'>;

/** Returns what a browser sent. */
export function definitionIn(req: Request): DefinitionForm {
  return {
    name: field(req, 'name').trim(),
    label: field(req, 'label').trim(),
    section: field(req, 'section'),
    type: field(req, 'type'),
    choices: field(req, 'choices').replaceAll('\r\n', '\n'),
    several: ticked(req, 'several'),
    visibleTo: field(req, 'visibleTo'),
    selfEditable: ticked(req, 'selfEditable'),
    searchable: ticked(req, 'searchable'),
  };
}

/** The options that settings/attributes/fields.ejs shows. */
export const definitionOptions = {
  sections: Object.entries(personSections),
  types: Object.entries(typeLabels),
  audiences: Object.entries(audienceLabels),
};
