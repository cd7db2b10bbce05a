import type { Deps } from '../deps.ts';
import { NOTIFICATIONS } from '../paths.ts';
import { findLatestMail } from '../store/sentMails.ts';
import type { HealthItem } from './item.ts';

/** Finds out whether the latest mail could not be sent. Those to people and to contacts of providers do not count: their addresses may be wrong. */
export async function checkMail({ store }: Deps): Promise<HealthItem[]> {
  const latest = await findLatestMail(store.db, ['notification', 'test']);
  if (latest?.state !== 'failed') return [];
  return [
    {
      code: 'mail_failing',
      severity: 'warning',
      subject: '',
      text: 'Notifications could not be sent by e-mail',
      detail: latest.error ?? '',
      href: NOTIFICATIONS,
    },
  ];
}
