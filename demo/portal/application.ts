import type { Request, RequestHandler, Response } from 'express';
import type { Deps } from '../deps.ts';
import { findApplication } from '../directory/applications.ts';
import { findTemplate } from '../directory/templates.ts';
import type { Application } from '../directory/types.ts';
import type { PageData } from '../web/page.ts';
import { sendPortalPage } from './page.ts';

const tabs = [
  { key: 'general', title: 'General Info' },
  { key: 'sso', title: 'SSO' },
  { key: 'identity-management', title: 'Identity Management' },
  { key: 'user-groups', title: 'User Groups' },
];

/** Returns a handler for the application whose id is in the path. Responds with 404 if there is none. */
export function withApplication(
  deps: Deps,
  handle: (application: Application, req: Request, res: Response) => Promise<void>,
): RequestHandler {
  return async (req, res, next) => {
    const application = findApplication(deps.state, String(req.params.id));
    await (application ? handle(application, req, res) : next());
  };
}

/** Sends one tab of an application's configuration. */
export function sendTab(
  res: Response,
  application: Application,
  tab: string,
  view: string,
  data: Record<string, unknown>,
): Promise<void> {
  const page: PageData = { title: application.label, application, tab, tabs, ...data };
  return sendPortalPage(res, view, { ...page, template: findTemplate(application.template) });
}
