import type { Request, Response, Router } from 'express';
import { shownWhole } from '../../audit/shownEntry.ts';
import { SECRET_TEXT } from '../../audit/values.ts';
import type { Deps } from '../../deps.ts';
import { NotFound } from '../../errors.ts';
import { isId } from '../../identifier.ts';
import { AUDIT } from '../../paths.ts';
import { findAuditEntry, findNeighbours } from '../../store/auditSearch.ts';
import { withQuery } from '../../web/query.ts';

/** Manage Security > Audit log > an entry: all that changed, before and after. */
export function auditEntryRoutes(router: Router, deps: Deps): void {
  router.get(`${AUDIT}/:id`, (req, res) => show(deps, req, res, req.params.id));
}

async function show(deps: Deps, _req: Request, res: Response, id: string): Promise<void> {
  const found = await findAuditEntry(deps.store.db, id);
  if (!found) throw new NotFound('This entry is not in the audit log. Retention may have deleted it.');
  const entry = await shownWhole(deps, found);
  const { previous, next } = await findNeighbours(deps.store.db, found);
  const { id: targetId, name } = entry.target;
  res.render('settings/audit/entry', {
    title: name ? `${entry.text}: ${name}` : entry.text,
    entry,
    isErased: { who: !found.who, what: !found.what },
    secretText: SECRET_TEXT,
    paths: {
      ofTarget: withQuery(
        AUDIT,
        isId(targetId) ? { target: targetId } : { about: found.targetKind, target: targetId === 'several' ? '' : name },
      ),
      ofActor: found.actorId === null ? undefined : withQuery(AUDIT, { who: found.actorId }),
      previous: previous && `${AUDIT}/${previous}`,
      next: next && `${AUDIT}/${next}`,
    },
  });
}
