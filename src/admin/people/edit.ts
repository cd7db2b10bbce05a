import type { Request, Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import { type Checked, Conflict, invalid } from '../../errors.ts';
import { findSecondFactors, secondFactorsText } from '../../login/secondFactors.ts';
import { type PersonInput, personInputOf } from '../../people/form.ts';
import { findLocks, owns } from '../../people/ownership.ts';
import { exportPerson } from '../../people/personData.ts';
import { changePerson, getUser, nameOf } from '../../people/users.ts';
import { findSource } from '../../store/profileSources.ts';
import { countSessions } from '../../store/sessions.ts';
import { findPasswordHash, type User } from '../../store/users.ts';
import { leadTo, savedText } from '../../web/flash.ts';
import { field, ticked } from '../../web/form.ts';
import { findOwner } from '../owner.ts';
import { allErrors, changedLabels, formView, hasErrors, type SentForm, sentForm } from './form.ts';

const PATH = '/settings/people/:id';

/** Shows and changes a person, and sends all that is stored about them as a file. */
export function editPersonRoutes(router: Router, deps: Deps): void {
  router.get(PATH, async (req, res) => {
    const person = await getUser(deps, req.params.id);
    await show(deps, res, person, { input: personInputOf(person, deps.attributes.list) });
  });
  router.post(PATH, async (req, res) => {
    const { list } = deps.attributes;
    const before = await getUser(deps, req.params.id);
    const locks = await findLocks(deps.store.db, before, list);
    const sent = await sentForm(deps, req, before, locks);
    const version = field(req, 'version');
    const saved = await save(deps, req, before, sent);
    if (saved === 'stale') return show(deps, res.status(409), before, { ...sent, stored: personInputOf(before, list) });
    if (!saved.ok) return show(deps, res.status(422), before, { ...sent, version, errors: saved.errors });
    const changes = changedLabels(deps, before, saved.value);
    await leadTo(res, `/settings/people/${before.id}`, savedText(changes));
  });
  router.get(`${PATH}/data`, async (req, res) => {
    const person = await getUser(deps, req.params.id);
    res.attachment('person.json').type('json');
    res.send(JSON.stringify(await exportPerson(deps, person), null, 2));
  });
}

async function save(deps: Deps, req: Request, before: User, sent: SentForm): Promise<Checked<User> | 'stale'> {
  if (hasErrors(sent)) return allErrors(deps, sent, before);
  const givesUpPower = before.id === req.user?.id && sent.input.userType !== 'Power User';
  if (givesUpPower && !ticked(req, 'givesUpPower'))
    return invalid({
      userType: 'This is you. If you are no longer a Power User, you cannot return to this page.',
      givesUpPower: '',
    });
  try {
    return await changePerson(deps, before.id, Number(field(req, 'version')) || 0, sent.input);
  } catch (error) {
    if (error instanceof Conflict) return 'stale';
    throw error;
  }
}

/** `version` is the one that the form was read from; `stored` what is in the directory, if another change came first. */
type Page = SentForm & { version?: string; stored?: PersonInput };

async function show(deps: Deps, res: Response, person: User, page: Page): Promise<void> {
  const { db } = deps.store;
  const { list } = deps.attributes;
  const source = person.sourceId === null ? undefined : await findSource(db, person.sourceId);
  res.render('settings/people/edit', {
    title: nameOf(person),
    person,
    ...(await formView(deps, page, await findLocks(db, person, list))),
    shown: personInputOf(person, list),
    stored: page.stored,
    version: page.version ?? person.version,
    source,
    creator: (await findOwner(db, person.creatorId))?.name,
    changesUserType: source && owns(source, 'userType'),
    hasPassword: (await findPasswordHash(db, person.id)) !== undefined,
    secondFactors: secondFactorsText(await findSecondFactors(db, person.id)),
    sessions: await countSessions(db, { userIds: [person.id] }, deps.now()),
  });
}
