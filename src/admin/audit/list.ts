import type { Request, Response, Router } from 'express';
import { auditActions, targetKinds } from '../../audit/actions.ts';
import { auditFilters, type EnteredAuditFilter, readAuditFilter } from '../../audit/auditFilter.ts';
import { actionFamilies, actorNames, allActions, familyOf, targetNames } from '../../audit/auditNames.ts';
import { findReferences } from '../../audit/references.ts';
import { shownRows } from '../../audit/shownEntry.ts';
import { counted } from '../../counted.ts';
import type { Deps } from '../../deps.ts';
import { AUDIT } from '../../paths.ts';
import { type AuditFilter, type FoundEntries, listAudit } from '../../store/auditSearch.ts';
import { queryText, withQuery } from '../../web/query.ts';

const PAGE = 50;
const ID = /^[0-9a-f-]{36}$/;

type Choice = [value: string, text: string];

/** Manage Security > Audit log: every change, the newest first. */
export function auditListRoutes(router: Router, deps: Deps): void {
  router.get(AUDIT, (req, res) => show(deps, req, res));
}

/** Reads the filters from the query of the URL. */
export function enteredFilterOf(req: Request): EnteredAuditFilter {
  return Object.fromEntries(auditFilters.map((name) => [name, queryText(req, name)])) as EnteredAuditFilter;
}

async function show(deps: Deps, req: Request, res: Response): Promise<void> {
  const entered = enteredFilterOf(req);
  const before = queryText(req, 'before', 36);
  const filter = await readAuditFilter(deps, entered);
  const page = filter.ok ? await readPage(deps, filter.value, ID.test(before) ? before : undefined) : undefined;
  const link = (more: Record<string, string | undefined>) => withQuery(AUDIT, { ...entered, ...more });
  const { q: _, ...others } = entered;
  res.status(filter.ok ? 200 : 422).render('settings/audit/list', {
    title: 'Audit log',
    entered,
    errors: filter.ok ? {} : filter.errors,
    isFiltered: Object.values(entered).some((value) => value !== ''),
    filtersSet: Object.values(others).filter((value) => value !== '').length,
    choices: choices(),
    path: AUDIT,
    only: filter.ok ? await onlyOf(deps, filter.value) : undefined,
    rows: await shownRows(deps, page?.rows ?? [], filter.ok ? filter.value.search : undefined),
    searchedTo: page?.searchedTo,
    shown: shownOf(page?.rows.length ?? 0, before !== '' || page?.next !== undefined),
    first: before ? link({}) : undefined,
    next: page?.next && link({ before: page.next }),
    exports: ['csv', 'ndjson'].map((format) => ({
      format: format.toUpperCase(),
      href: withQuery(`${AUDIT}/export`, { ...entered, format }),
    })),
  });
}

function readPage(deps: Deps, filter: AuditFilter, before: string | undefined): Promise<FoundEntries> {
  return deps.store.longRead((slice) => listAudit(deps.store.db, filter, { limit: PAGE, before, slice }));
}

function choices() {
  const actions = Object.entries(actionFamilies).map(([family, name]): [string, Choice[]] => [
    name,
    [
      [`${family}.*`, `${name}: all`],
      ...allActions
        .filter((action) => familyOf(action) === family)
        .map((action): Choice => [action, auditActions[action]]),
    ],
  ]);
  return {
    by: Object.entries(actorNames),
    action: actions,
    about: targetKinds.map((kind): Choice => [kind, targetNames[kind]]),
  };
}

/** Returns what a list is limited to by ID, as links from other screens do, with the other ways to search for it. */
async function onlyOf(deps: Deps, { target, actor }: AuditFilter) {
  const [about, by] = [target, actor].map((named) => (named && 'id' in named ? named.id : undefined));
  const id = about ?? by;
  if (id === undefined) return undefined;
  const reference = (await findReferences(deps, [id])).get(id);
  return {
    isAbout: about !== undefined,
    name: reference?.name,
    href: reference?.href,
    about: withQuery(AUDIT, { target: id }),
    by: withQuery(AUDIT, { who: id }),
    naming: withQuery(AUDIT, { q: id }),
  };
}

function shownOf(count: number, isPart: boolean): string {
  return `${counted(count, 'entry', 'entries')}${isPart ? ' on this page' : ''}`;
}
