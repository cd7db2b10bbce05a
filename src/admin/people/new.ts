import type { Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import { emptyPerson } from '../../people/attribute.ts';
import { personInputOf } from '../../people/form.ts';
import { addPerson, nameOf } from '../../people/users.ts';
import { leadTo } from '../../web/flash.ts';
import { field } from '../../web/form.ts';
import type { FormSection } from '../../web/personForm.ts';
import { allErrors, formView, hasErrors, type SentForm, sentForm } from './form.ts';

const PATH = '/settings/people/new';
const FIRST = ['givenName', 'familyName', 'userName', 'emails', 'userType'];
const WITH_PASSWORD = ['forcePasswordReset'];

/** Adds a person. */
export function newPersonRoutes(router: Router, deps: Deps): void {
  router.get(PATH, (_req, res) => show(deps, res, { input: personInputOf(emptyPerson, deps.attributes.list) }));
  router.post(PATH, async (req, res) => {
    const sent = await sentForm(deps, req, emptyPerson);
    const password = field(req, 'password') || undefined;
    const added = hasErrors(sent) ? allErrors(deps, sent, emptyPerson) : await addPerson(deps, sent.input, password);
    if (!added.ok) return show(deps, res.status(422), { ...sent, errors: added.errors });
    await leadTo(
      res,
      `/settings/people/${added.value.id}`,
      `${nameOf(added.value)} was added to the People Directory.`,
    );
  });
}

async function show(deps: Deps, res: Response, sent: SentForm): Promise<void> {
  const view = await formView(deps, sent);
  res.render('settings/people/new', { title: 'Add a person', ...view, sections: neededFirst(view.sections) });
}

/** A section with what is needed first, one with what belongs to the password, and all others without it. */
function neededFirst(sections: FormSection[]): FormSection[] {
  const all = sections.flatMap(({ attributes }) => attributes);
  const named = (names: string[]) => names.flatMap((name) => all.filter((attribute) => attribute.name === name));
  const [first, withPassword] = [named(FIRST), named(WITH_PASSWORD)];
  const others = sections.map((one) => ({
    ...one,
    attributes: one.attributes.filter((each) => ![...first, ...withPassword].includes(each)),
  }));
  return [
    { title: 'Person', attributes: first, owned: [] },
    { title: 'Local password', attributes: withPassword, owned: [] },
    ...others.filter(({ attributes }) => attributes.length > 0),
  ];
}
