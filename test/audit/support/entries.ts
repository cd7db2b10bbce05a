import type { Deps } from '../../../src/deps.ts';
import type { AuditChange, What, Who } from '../../../src/store/audit.ts';

/** An entry of the audit log for comparison: 'person maya.koch 127.0.0.1' changed 'group Sales'. */
export type Entry = { action: string; who: string; what: string; changes: AuditChange[] };

/** Starts to watch the audit log. Returns a function that returns the entries since then, or since its last call. */
export async function watchAudit(deps: Pick<Deps, 'store'>): Promise<() => Promise<Entry[]>> {
  let seen = new Set((await rowsOf(deps)).map(({ id }) => id));
  return async () => {
    const rows = await rowsOf(deps);
    const added = rows.filter(({ id }) => !seen.has(id));
    seen = new Set(rows.map(({ id }) => id));
    return added.map(({ action, actorKind, targetKind, whoJson, whatJson }) => {
      const [who, what]: [Who, What] = [JSON.parse(whoJson ?? ''), JSON.parse(whatJson ?? '')];
      return {
        action,
        who: [actorKind, who.name, who.address ?? ''].join(' ').trim(),
        what: `${targetKind} ${what.name}`,
        changes: what.changes,
      };
    });
  };
}

/** Returns all that the audit log keeps, as it is stored. */
export async function storedAudit(deps: Pick<Deps, 'store'>): Promise<string> {
  return JSON.stringify(await rowsOf(deps));
}

function rowsOf({ store }: Pick<Deps, 'store'>) {
  return store.db.selectFrom('auditEntries').selectAll().orderBy('id').execute();
}
