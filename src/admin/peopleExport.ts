import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { stringify } from 'csv-stringify';
import { Router } from 'express';
import type { Deps } from '../deps.ts';
import { csvColumns, exportPeople } from '../directory/csvColumns.ts';
import { peopleFilter, peopleSearch } from './people.ts';

/** The people of the list as a CSV file, row by row. A spreadsheet would run what begins with '=' and the like: such values get an apostrophe, which an import takes off again. */
export function peopleExportRoutes(deps: Deps): Router {
  const router = Router();
  router.get('/settings/people/export', async (req, res) => {
    res.attachment(`people-${new Date(deps.now()).toISOString().slice(0, 10)}.csv`);
    res.type('text/csv');
    await pipeline(
      Readable.from(exportPeople(deps, peopleSearch(peopleFilter(req)))),
      stringify({ header: true, columns: [...csvColumns], escape_formulas: true, bom: true }),
      res,
    );
  });
  return router;
}
