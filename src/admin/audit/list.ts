import type { Request, Response, Router } from 'express';
import { auditActions, targetNames } from '../../audit/actions.ts';
import { exportAudit } from '../../audit/auditExport.ts';
import { auditFilters, type EnteredAuditFilter, readAuditFilter } from '../../audit/auditFilter.ts';
import { actionFamilies, actorNames, allActions, familyOf } from '../../audit/auditNames.ts';
import { findReferences } from '../../audit/references.ts';
import { shownRows } from '../../audit/shownEntry.ts';
import type { Deps } from '../../deps.ts';
import { AppError } from '../../errors.ts';
import { isId } from '../../identifier.ts';
import { AUDIT } from '../../paths.ts';
import { type AuditFilter, type FoundEntries, listAudit } from '../../store/auditSearch.ts';
import { queryText, withQuery } from '../../web/query.ts';
import { sendExport } from '../../web/sendExport.ts';
import { findAttention } from '../attention.ts';
import { logPage } from '../logPage.ts';

const PAGE = 50;

type Choice = [value: string, text: string];

/** Manage Security > Audit log: every change, the newest first. */
export function auditListRoutes(router: Router, deps: Deps): void {
  router.get(AUDIT, (req, res) => show(deps, req, res));
  router.get(`${AUDIT}/export`, (req, res) => send(deps, req, res));
}

/** Reads the filters from the query of the URL. */
function enteredFilterOf(req: Request): EnteredAuditFilter {
  return Object.fromEntries(auditFilters.map((name) => [name, queryText(req, name)])) as EnteredAuditFilter;
}

async function show(deps: Deps, req: Request, res: Response): Promise<void> {
  const entered = enteredFilterOf(req);
  const before = queryText(req, 'before', 36);
  const filter = await readAuditFilter(deps, entered);
  const page = filter.ok ? await readPage(deps, filter.value, isId(before) ? before : undefined) : undefined;
  res.status(filter.ok ? 200 : 422).render('settings/audit/list', {
    title: 'Audit log',
    ...logPage(AUDIT, entered, {
      before,
      next: page?.next,
      rows: page?.rows.length ?? 0,
      one: 'entry',
      many: 'entries',
    }),
    errors: filter.ok ? {} : filter.errors,
    attention: await findAttention(deps, ['audit']),
    choices: choices(),
    only: filter.ok ? await onlyOf(deps, filter.value) : undefined,
    rows: await shownRows(deps, page?.rows ?? [], filter.ok ? filter.value.search : undefined),
    searchedTo: page?.searchedTo,
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
    about: Object.entries(targetNames),
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

/** Sends the filtered list as a CSV or NDJSON file of any size. */
async function send(deps: Deps, req: Request, res: Response): Promise<void> {
  const filter = await readAuditFilter(deps, enteredFilterOf(req));
  if (!filter.ok) throw new AppError(422, Object.values(filter.errors).join(' '));
  await sendExport(deps, res, 'audit-log', (format, stop) => exportAudit(deps, filter.value, format, stop));
}
