import express, { type Response, type Router } from 'express';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import type { Application } from '../directory/types.ts';
import {
  type Candidate,
  type ImportResult,
  importCandidates,
  listCandidates,
} from '../identityManagement/importUsers.ts';
import { ScimError } from '../identityManagement/scimClient.ts';
import { synchronize } from '../identityManagement/synchronize.ts';
import { list, queryText } from '../web/fields.ts';
import { seeOther } from '../web/page.ts';
import { sendTab, withApplication } from './application.ts';

const importForm = z.object({ selected: list });

/** Manual import: lists the application's users and imports the selected new ones into Cloud Directory. */
export function importRoutes(deps: Deps): Router {
  const router = express.Router();
  router
    .route('/:id/import')
    .get(
      withApplication(deps, (application, req, res) =>
        withCandidates(deps, application, res, (candidates) =>
          sendImport(res, application, { candidates, newOnly: queryText(req.query.filter) === 'new' }),
        ),
      ),
    )
    .post(
      withApplication(deps, (application, req, res) =>
        withCandidates(deps, application, res, async (candidates) => {
          const results = importCandidates(deps, candidates, importForm.parse(req.body ?? {}).selected);
          await synchronize(deps);
          await sendImport(res, application, {
            candidates: await listCandidates(deps, application),
            results,
            newOnly: false,
          });
        }),
      ),
    );
  return router;
}

async function withCandidates(
  deps: Deps,
  application: Application,
  res: Response,
  handle: (candidates: Candidate[]) => Promise<void>,
): Promise<void> {
  if (!application.identityManagement.active)
    return seeOther(res, `/admin/applications/${application.id}/identity-management`);
  try {
    await handle(await listCandidates(deps, application));
  } catch (error) {
    if (!(error instanceof ScimError)) throw error;
    await sendImport(res.status(502), application, { candidates: [], newOnly: false, error: error.message });
  }
}

function sendImport(
  res: Response,
  application: Application,
  data: { candidates: Candidate[]; newOnly: boolean; results?: ImportResult[]; error?: string },
): Promise<void> {
  const newOnes = data.candidates.filter((one) => one.status === 'New');
  const shown = data.newOnly ? newOnes : data.candidates;
  return sendTab(res, application, 'identity-management', 'import', {
    results: [],
    error: '',
    ...data,
    shown,
    newCount: newOnes.length,
  });
}
