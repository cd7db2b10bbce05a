import type { Response } from 'express';
import type { Deps } from '../deps.ts';
import { synchronize } from '../identityManagement/synchronize.ts';
import { seeOther } from '../web/page.ts';
import { sessionOf } from '../web/session.ts';

/**
 * Sends a change of people, groups or bindings to the connected applications, then redirects to a page that shows the result.
 */
export async function saved(
  deps: Deps,
  res: Response,
  path: string,
  notice: string,
  passwords?: Map<string, string>,
): Promise<void> {
  const { sent, failed } = await synchronize(deps, passwords);
  const changes = sent + failed === 1 ? '1 change' : `${sent + failed} changes`;
  if (failed) {
    sessionOf(res).notice = {
      tone: 'danger',
      text: `${notice} ${failed} of ${changes} could not be sent. See Directory Insights.`,
    };
    return seeOther(res, path);
  }
  seeOther(res, path, sent ? `${notice} ${changes} sent to the connected applications.` : notice);
}
