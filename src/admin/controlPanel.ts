import type { Router } from 'express';
import type { Deps } from '../deps.ts';
import { readNotifications } from '../notifications/settings.ts';
import { ACTIVITY, AUDIT, NOTIFICATIONS, SAML, SESSIONS, WEBHOOKS } from '../paths.ts';
import { findAttention } from './attention.ts';

type Entry = { href: string; icon: string; title: string; text: string };

const security: Entry[] = [
  {
    href: SAML,
    icon: 'shield-lock',
    title: 'Manage SAML Authentication',
    text: 'Domains, identity providers, Auto Login.',
  },
  { href: ACTIVITY, icon: 'history', title: 'Login activity', text: 'Every login, and why logins were refused.' },
  { href: SESSIONS, icon: 'devices', title: 'Sessions', text: 'Who is logged in, and for how long sessions last.' },
  {
    href: AUDIT,
    icon: 'file-certificate',
    title: 'Audit log',
    text: 'Every change: by which person, when, before and after.',
  },
];

const people: Entry[] = [
  { href: '/settings/people', icon: 'users', title: 'People', text: 'Add, change and deactivate people.' },
  {
    href: '/settings/attributes',
    icon: 'forms',
    title: 'Attributes',
    text: 'Add your own attributes of people.',
  },
  { href: '/settings/groups', icon: 'users-group', title: 'Groups', text: 'Groups and their members.' },
  {
    href: '/settings/profile-sources',
    icon: 'plug-connected',
    title: 'Manage Profile Sources',
    text: 'Provision people and groups automatically with SCIM.',
  },
];

const intranet: Entry[] = [
  {
    href: '/settings/general',
    icon: 'adjustments',
    title: 'General',
    text: 'Name, greeting, accent color, help address, local login.',
  },
  {
    href: NOTIFICATIONS,
    icon: 'bell',
    title: 'Notifications',
    text: 'Mails when something needs attention.',
  },
  {
    href: WEBHOOKS,
    icon: 'webhook',
    title: 'Webhooks',
    text: 'Send events about people, groups and logins to other systems.',
  },
];

const areas = [
  { id: 'security', title: 'Manage Security', entries: security },
  { id: 'people', title: 'Manage People', entries: people },
  { id: 'intranet', title: 'Intranet', entries: intranet },
];

/** Application Settings > Control Panel: all settings, with Needs attention on top. */
export function controlPanelRoutes(router: Router, deps: Deps): void {
  router.get('/settings', async (_req, res) => {
    const attention = await findAttention(deps);
    const { active } = await readNotifications(deps.store.db);
    res.render('settings/controlPanel', {
      title: 'Control Panel',
      areas,
      attention,
      setUpNotifications: active ? undefined : NOTIFICATIONS,
    });
  });
}
