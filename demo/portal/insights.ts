import express, { type Router } from 'express';
import type { Deps } from '../deps.ts';
import { eventNames, searchEvents } from '../identityManagement/insights.ts';
import { queryText } from '../web/fields.ts';
import { sendPortalPage } from './page.ts';

const pageSize = 50;

/** Directory Insights: everything sent to the applications, newest first, with the event names of their own logs. */
export function insightsRoutes(deps: Deps): Router {
  const router = express.Router();
  router.get('/', async (req, res) => {
    const { name, outcome, search, page } = req.query;
    const filter = { name: queryText(name), outcome: queryText(outcome), search: queryText(search) };
    const found = searchEvents(deps.state.events, filter);
    const pages = Math.max(1, Math.ceil(found.length / pageSize));
    const current = Math.min(pages, Math.max(1, Number.parseInt(queryText(page), 10) || 1));
    const events = found.slice((current - 1) * pageSize, current * pageSize);
    const address = (to: number) => `/admin/insights?${new URLSearchParams({ ...filter, page: String(to) })}`;
    const data = { filter, events, total: found.length, pages, current, address, eventNames };
    await sendPortalPage(res, 'insights', { title: 'Directory Insights', ...data });
  });
  return router;
}
