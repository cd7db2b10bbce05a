import { recordChange } from '../audit/record.ts';
import type { Deps } from '../deps.ts';
import { hideNotice } from '../store/sourceNotices.ts';
import { getSourceIn } from './profileSources.ts';

/** Dismisses a notice about a source, until the rights or refusals of the source change. @throws NotFound */
export async function dismissNotice(deps: Deps, sourceId: string, kind: string): Promise<void> {
  await deps.store.db.transaction().execute(async (trx) => {
    const { id, name } = await getSourceIn(trx, sourceId);
    if (!(await hideNotice(trx, id, kind))) return;
    await recordChange(trx, deps, 'source.notice_dismissed', { kind: 'source', id, name }, [
      { name: 'notice', before: kind },
    ]);
  });
}
