import type { Router } from 'express';
import type { Deps } from '../../deps.ts';
import { personSections } from '../../people/attribute.ts';
import { listCustomAttributes } from '../../people/customAttributes.ts';
import { audienceLabels, CUSTOM_URN, typeLabels } from '../../people/definition.ts';

const PATH = '/settings/attributes';

/** Manage People > Attributes: those that the installation added. */
export function attributeListRoutes(router: Router, { store }: Deps): void {
  router.get(PATH, async (_req, res) => {
    res.render('settings/attributes/list', {
      title: 'Attributes',
      attributes: await listCustomAttributes(store.db),
      sections: personSections,
      typeLabels,
      audienceLabels,
      urn: CUSTOM_URN,
    });
  });
}
