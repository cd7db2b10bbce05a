import type { Request, Response, Router } from 'express';
import { counted } from '../../counted.ts';
import type { Deps } from '../../deps.ts';
import { type Checked, type FieldErrors, invalid } from '../../errors.ts';
import { type BulkAction, idsOf, MAX_PEOPLE } from '../../people/bulk.ts';
import { namesOf } from '../../people/names.ts';
import { findGroupByName, listGroups } from '../../store/groups.ts';
import type { NewJob } from '../../store/jobs.ts';
import { countSessions } from '../../store/sessions.ts';
import { searchUsers } from '../../store/userSearch.ts';
import { leadTo } from '../../web/flash.ts';
import { field, fieldValues, ticked } from '../../web/form.ts';
import { withQuery } from '../../web/query.ts';
import { startNewJob } from '../jobs/job.ts';
import { type PeopleFilter, peopleSearch } from './list.ts';

const PATH = '/settings/people/bulk';
const GROUPS_OFFERED = 100;
const COUNTED = 1_000;
const IDS_PER_QUERY = 500;
const ONLY_ME = 'Only your own account is selected. To deactivate or delete it, use your own page.';

/** Changes many people at once: first a confirmation with numbers, then a job. */
export function peopleBulkRoutes(router: Router, deps: Deps): void {
  router.post(PATH, async (req, res) => {
    const action = actionIn(req);
    const selected = await selectedIn(deps, req);
    if (selected.length > 0 && action) return show(deps, req, res, action, selected, {});
    const onlyMe = personsIn(req).join() === req.user?.id;
    await leadTo(res, listOf(req), onlyMe ? ONLY_ME : 'No people are selected. Select them first.', 'info');
  });
  router.post(`${PATH}/confirmed`, async (req, res) => {
    const action = actionIn(req);
    const selected = await selectedIn(deps, req);
    if (!action) return res.redirect(303, listOf(req));
    const job = await jobOf(deps, req, action, selected);
    if (!job.ok) return show(deps, req, res.status(422), action, selected, job.errors);
    res.redirect(303, await startNewJob(deps, req, job.value));
  });
}

type Action = BulkAction | 'group';
const actions: readonly string[] = ['activate', 'deactivate', 'remove', 'group'] satisfies Action[];

function actionIn(req: Request): Action | undefined {
  const action = field(req, 'action');
  return actions.includes(action) ? (action as Action) : undefined;
}

/** The selected people, all that the page showed, or all that the search finds. People cannot deactivate or delete themselves here. */
async function selectedIn(deps: Deps, req: Request): Promise<string[]> {
  const selected = ticked(req, 'all') ? await idsOf(deps, peopleSearch(filterIn(req))) : personsIn(req);
  const ids = [...new Set(selected)].filter((id) => /^[\w-]{1,64}$/.test(id)).slice(0, MAX_PEOPLE);
  const harms = ['deactivate', 'remove'].includes(field(req, 'action'));
  return harms ? ids.filter((id) => id !== req.user?.id) : ids;
}

/** Without scripts, the box above the list selects those that it showed. */
function personsIn(req: Request): string[] {
  return ticked(req, 'page') ? field(req, 'shown').split(' ') : fieldValues(req, 'person');
}

function filterIn(req: Request): PeopleFilter {
  const text = (name: string) => field(req, name).slice(0, 200);
  return { q: text('q'), active: text('active'), type: text('type'), source: text('source'), sort: text('sort') };
}

function listOf(req: Request): string {
  return withQuery('/settings/people', filterIn(req));
}

async function jobOf(deps: Deps, req: Request, action: Action, selected: string[]): Promise<Checked<NewJob>> {
  const input = { back: listOf(req) };
  if (action === 'remove' && field(req, 'typed').trim() !== String(selected.length))
    return invalid({ typed: `Enter ${selected.length} to delete these people.` });
  if (action !== 'group') return { ok: true, value: { kind: action, input, items: selected } };
  const group = await findGroupByName(deps.store.db, field(req, 'group').trim().slice(0, 256));
  if (!group) return invalid({ group: 'No group has this name.' });
  if (group.sourceId !== null)
    return invalid({ group: 'A profile source or an identity provider manages this group. Change it there.' });
  return {
    ok: true,
    value: { kind: action, input: { ...input, group: group.id, name: group.displayName }, items: selected },
  };
}

async function show(
  deps: Deps,
  req: Request,
  res: Response,
  action: Action,
  selected: string[],
  errors: FieldErrors,
): Promise<void> {
  const { db } = deps.store;
  const all = ticked(req, 'all');
  const found = all ? await searchUsers(db, peopleSearch(filterIn(req)), { limit: 1, countTo: COUNTED }) : undefined;
  res.render('settings/people/bulk', {
    title: titleOf(action, counted(selected.length, 'person', 'people')),
    bulkAction: action,
    selected: all ? [] : selected,
    count: selected.length,
    names: await namesOf(db, selected),
    all,
    tooMany: found !== undefined && !found.totalIsExact,
    filter: filterIn(req),
    back: listOf(req),
    errors,
    group: field(req, 'group'),
    typed: field(req, 'typed'),
    leavesMeOut: ['deactivate', 'remove'].includes(action) && (all || personsIn(req).includes(req.user?.id ?? '')),
    sessions: await countSessionsOf(db, selected, deps.now()),
    groups: action === 'group' ? (await listGroups(db, {}, { limit: GROUPS_OFFERED, offset: 0 })).rows : [],
  });
}

async function countSessionsOf(db: Deps['store']['db'], ids: string[], now: number): Promise<number> {
  let sum = 0;
  for (let start = 0; start < ids.length; start += IDS_PER_QUERY)
    sum += await countSessions(db, { userIds: ids.slice(start, start + IDS_PER_QUERY) }, now);
  return sum;
}

function titleOf(action: Action, people: string): string {
  if (action === 'group') return `Add ${people} to a group`;
  return `${{ activate: 'Activate', deactivate: 'Deactivate', remove: 'Delete' }[action]} ${people}?`;
}
