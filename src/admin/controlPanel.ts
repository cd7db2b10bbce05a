import { Router } from 'express';
import type { Deps } from '../deps.ts';
import { findAttention, findSourceAttention } from './attention.ts';
import { ACTIVITY, SAML } from './saml/paths.ts';

const areas = [
  {
    id: 'security',
    title: 'Manage Security',
    entries: [
      {
        href: SAML,
        icon: 'shield-lock',
        title: 'Manage SAML Authentication',
        text: 'Domains, identity providers, Auto Login.',
      },
      { href: ACTIVITY, icon: 'history', title: 'Sign-in activity', text: 'Every attempt, and why one was refused.' },
    ],
  },
  {
    id: 'people',
    title: 'Manage People',
    entries: [
      { href: '/settings/people', icon: 'users', title: 'People', text: 'Add, change and deactivate people.' },
      { href: '/settings/groups', icon: 'users-group', title: 'Groups', text: 'Who belongs together.' },
      {
        href: '/settings/profile-sources',
        icon: 'plug-connected',
        title: 'Manage Profile Sources',
        text: 'Where people come from by themselves: SCIM.',
      },
    ],
  },
  {
    id: 'intranet',
    title: 'Intranet',
    entries: [
      {
        href: '/settings/general',
        icon: 'adjustments',
        title: 'General',
        text: 'Name, words, accent, help address, local log-in.',
      },
    ],
  },
];

/** Application Settings > Control Panel: the map of all settings, with what needs attention on top. */
export function controlPanelRoutes(deps: Deps): Router {
  const router = Router();
  router.get('/settings', async (_req, res) => {
    const attention = [...(await findAttention(deps)), ...(await findSourceAttention(deps))];
    res.render('settings/controlPanel', { title: 'Control Panel', areas, attention });
  });
  return router;
}
