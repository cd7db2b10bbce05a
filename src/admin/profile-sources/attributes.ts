import type { Request, Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import { Conflict } from '../../errors.ts';
import { type AttributeList, personSections } from '../../people/attribute.ts';
import { canTakeAway, labelsOf, ownedNames } from '../../people/ownership.ts';
import { changeOwnership } from '../../sources/ownership.ts';
import { getSource } from '../../sources/profileSources.ts';
import { leadTo } from '../../web/flash.ts';
import { fieldValues } from '../../web/form.ts';

const PATH = '/settings/profile-sources/scim/:id/attributes';

/** Manage Profile Sources > SCIM > a source > Attributes: what it owns. */
export function sourceAttributesRoutes(router: Router, deps: Deps): void {
  router.get(PATH, (req, res) => show(deps, req, res));
  router.post(PATH, async (req, res) => {
    const { list } = deps.attributes;
    const [added, taken] = [namesNewIn(req, list, 'own', 'shown'), namesNewIn(req, list, 'shown', 'own')];
    const saved = await changeOwnership(deps, req.params.id, { added, taken });
    if (!saved.ok) throw new Conflict(Object.values(saved.errors).join(' '));
    const { id, name } = saved.value;
    const changes = [
      ...sentence(`${name} now owns`, labelsOf(added, list)),
      ...sentence('Taken away', labelsOf(taken, list)),
    ];
    await leadTo(res, `/settings/profile-sources/scim/${id}/attributes`, changes.join(' ') || 'No changes to save.');
  });
}

async function show(deps: Deps, req: Request<{ id: string }>, res: Response): Promise<void> {
  const source = await getSource(deps, req.params.id);
  const { owned, leftOut } = ownedNames(source);
  const sections = [...Object.entries(personSections), ['none', 'Only in SCIM']].map(([id, title]) => ({
    title,
    attributes: deps.attributes.list
      .filter(({ section }) => section === id)
      .map((attribute) => ({ ...attribute, isFixed: !canTakeAway(attribute.name) })),
  }));
  res.render('settings/profile-sources/attributes', {
    title: `Attributes of ${source.name}`,
    source,
    sections,
    owned,
    shown: owned.filter(canTakeAway),
    leftOut,
  });
}

/** The names of attributes in one field and not in another: what the page showed tells a change from what was learned meanwhile. */
function namesNewIn(req: Request, attributes: AttributeList, fieldName: string, other: string): string[] {
  const known = new Set(fieldValues(req, other).flatMap((value) => value.split(' ')));
  const names = fieldValues(req, fieldName).flatMap((value) => value.split(' '));
  return attributes.map(({ name }) => name).filter((name) => names.includes(name) && !known.has(name));
}

function sentence(what: string, labels: string[]): string[] {
  return labels.length > 0 ? [`${what}: ${labels.join(', ')}.`] : [];
}
