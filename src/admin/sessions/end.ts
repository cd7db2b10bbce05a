import type { Request, Response, Router } from 'express';
import { counted } from '../../counted.ts';
import type { Deps } from '../../deps.ts';
import { endSessions, listOpenSessions } from '../../login/openSessions.ts';
import { SESSIONS } from '../../paths.ts';
import { nameOf } from '../../people/users.ts';
import { countSessions } from '../../store/sessions.ts';
import { leadTo } from '../../web/flash.ts';
import { field } from '../../web/form.ts';
import { queryText, withQuery } from '../../web/query.ts';
import { currentSessionId } from '../../web/session.ts';
import { enteredFilter, readFilter } from './filter.ts';

const PATH = `${SESSIONS}/end`;
const COUNTED = 10_000;
const NAMED = 5;

/** Ends one session, or all that a search finds, after a confirmation. The Power User's own session stays. */
export function endSessionsRoutes(router: Router, deps: Deps): void {
  router.get(PATH, (req, res) => show(deps, req, res));
  router.post(PATH, async (req, res) => {
    const id = field(req, 'id').slice(0, 100);
    const entered = enteredFilter(req, field);
    const { filter } = id === '' ? await readFilter(deps, entered) : { filter: { ids: [id] } };
    const ended = await endSessions(deps, { ...filter, exceptId: currentSessionId(req) });
    await leadTo(res, withQuery(SESSIONS, entered), textOf(ended), ended === 0 ? 'info' : 'success');
  });
}

async function show(deps: Deps, req: Request, res: Response): Promise<void> {
  const entered = enteredFilter(req, queryText);
  const { filter, tooMany } = await readFilter(deps, entered);
  const others = { ...filter, exceptId: currentSessionId(req) };
  const count = await countSessions(deps.store.db, others, deps.now(), COUNTED);
  const { rows } = await listOpenSessions(deps, others, { limit: 10 * NAMED });
  const names = [...new Set(rows.map(({ person }) => (person ? nameOf(person) : 'a removed person')))];
  res.render('settings/sessions/end', {
    title: 'End sessions?',
    entered,
    tooMany,
    count,
    most: COUNTED,
    names: names.slice(0, NAMED),
    isComplete: rows.length === count && names.length <= NAMED,
    path: PATH,
    list: withQuery(SESSIONS, entered),
  });
}

function textOf(ended: number): string {
  if (ended === 0) return 'There was no such session any more.';
  return `${counted(ended, 'session was', 'sessions were')} ended.`;
}
