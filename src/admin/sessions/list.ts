import type { Request, Response, Router } from 'express';
import { counted } from '../../counted.ts';
import type { Deps } from '../../deps.ts';
import { browserName } from '../../login/browserName.ts';
import { listOpenSessions } from '../../login/openSessions.ts';
import { SESSIONS } from '../../paths.ts';
import { nameOf } from '../../people/users.ts';
import { listDomains } from '../../store/domains.ts';
import { listProviders } from '../../store/identityProviders.ts';
import { countSessions } from '../../store/sessions.ts';
import { findUser } from '../../store/users.ts';
import { queryText, withQuery } from '../../web/query.ts';
import { currentSessionId } from '../../web/session.ts';
import { enteredFilter, isFiltered, readFilter } from './filter.ts';

const PAGE = 50;
const COUNTED = 10_000;

/** Manage Security > Sessions: who is logged in. */
export function sessionListRoutes(router: Router, deps: Deps): void {
  router.get(SESSIONS, (req, res) => show(deps, req, res));
}

async function show(deps: Deps, req: Request, res: Response): Promise<void> {
  const { db } = deps.store;
  const entered = enteredFilter(req, queryText);
  const { filter, tooMany } = await readFilter(deps, entered);
  const before = queryText(req, 'before');
  const { rows, next } = await listOpenSessions(deps, filter, { before: before || undefined, limit: PAGE });
  const count = await countSessions(db, filter, deps.now(), COUNTED);
  const person = entered.person === '' ? undefined : await findUser(db, entered.person);
  res.render('settings/sessions/list', {
    title: 'Sessions',
    entered,
    isFiltered: isFiltered(entered),
    tooMany,
    personName: person && nameOf(person),
    count,
    shown: count > COUNTED ? `more than ${counted(COUNTED, 'session')}` : counted(count, 'session'),
    rows: rows.map((row) => ({ ...row, browser: browserName(row.userAgent), isOwn: row.id === currentSessionId(req) })),
    providers: await listProviders(db),
    domains: await listDomains(db),
    paths: {
      list: SESSIONS,
      limits: `${SESSIONS}/limits/${res.locals.domain.id}`,
      end: withQuery(`${SESSIONS}/end`, entered),
    },
    first: before ? withQuery(SESSIONS, entered) : undefined,
    next: next && withQuery(SESSIONS, { ...entered, before: next }),
  });
}
