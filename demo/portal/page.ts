import type { Response } from 'express';
import { type PageData, sendPage } from '../web/page.ts';

const sections = [
  {
    title: 'User Management',
    items: [
      { title: 'Users', path: '/admin/users', icon: 'users' },
      { title: 'User Groups', path: '/admin/groups', icon: 'users-group' },
    ],
  },
  {
    title: 'User Authentication',
    items: [{ title: 'SSO Applications', path: '/admin/applications', icon: 'apps' }],
  },
  {
    title: 'Insights',
    items: [{ title: 'Directory Insights', path: '/admin/insights', icon: 'list-search' }],
  },
];

/** Sends a page of the Admin Portal with its menu. */
export function sendPortalPage(res: Response, view: string, data: PageData): Promise<void> {
  const path = res.req.originalUrl;
  const menu = sections.map((section) => {
    return { ...section, items: section.items.map((item) => ({ ...item, current: path.startsWith(item.path) })) };
  });
  return sendPage(res, 'portal', `portal/${view}`, { ...data, menu });
}
