import type { Deps } from '../deps.ts';
import { NOTIFICATIONS } from '../paths.ts';
import { listMails } from '../store/sentMails.ts';
import type { HealthItem } from './item.ts';

const LOOKED_AT = 20;

/** Finds out whether the latest mail could not be sent. Mails to the contacts of providers do not count: their addresses are not ours. */
export async function checkMail({ store }: Deps): Promise<HealthItem[]> {
  const mails = await listMails(store.db, LOOKED_AT);
  const latest = mails.find(({ kind, state }) => kind !== 'provider' && state !== 'sending');
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
