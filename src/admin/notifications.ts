import type { Request, Response, Router } from 'express';
import type { Deps } from '../deps.ts';
import type { FieldErrors } from '../errors.ts';
import { contactsOf } from '../notifications/contacts.ts';
import { sendTestMail } from '../notifications/mailer.ts';
import { type NotificationInput, readNotifications, saveNotifications } from '../notifications/settings.ts';
import { NOTIFICATIONS } from '../paths.ts';
import { listProviders } from '../store/identityProviders.ts';
import { listMails, type SentMail } from '../store/sentMails.ts';
import { leadTo } from '../web/flash.ts';
import { field, fieldValues, ticked } from '../web/form.ts';

const SHOWN = 20;
const SENDING_MS = 60_000; // twice as long as a mail can take

/** The choices of how the connection is protected, with their labels. */
const securities = [
  ['starttls', 'STARTTLS (port 587)'],
  ['tls', 'TLS (port 465)'],
  ['none', 'None'],
];

/** Intranet > Notifications: the mail server, the recipients, a test mail, and the latest mails. */
export function notificationRoutes(router: Router, deps: Deps): void {
  router.get(NOTIFICATIONS, (_req, res) => show(deps, res, {}));
  router.post(NOTIFICATIONS, (req, res) => save(deps, req, res));
  router.post(`${NOTIFICATIONS}/test`, async (_req, res) => {
    const result = await sendTestMail(deps);
    if (!result.ok) return leadTo(res, NOTIFICATIONS, `The test mail was not sent. ${result.error}`, 'danger');
    const refused = result.refused.join(', ');
    if (refused === '') return leadTo(res, NOTIFICATIONS, 'The test mail was sent. Look for it in the mailbox.');
    const text = `The test mail was sent, but not to ${refused}: the server refused them.`;
    await leadTo(res, NOTIFICATIONS, text, 'danger');
  });
}

type Page = { entered?: NotificationInput; errors?: FieldErrors };

async function show(deps: Deps, res: Response, { entered, errors = {} }: Page): Promise<void> {
  const { db } = deps.store;
  const { passwordSealed, ...saved } = await readNotifications(db);
  const providers = (await listProviders(db)).map((provider) => ({ ...provider, contacts: contactsOf(provider) }));
  const shown = entered ?? saved;
  res.render('settings/notifications', {
    title: 'Notifications',
    path: NOTIFICATIONS,
    entered: { ...shown, recipients: [shown.recipients].flat().join('\n') },
    errors,
    active: saved.active,
    hasPassword: passwordSealed !== null,
    isComplete: saved.host !== '' && saved.from !== '' && saved.recipients.length > 0,
    securities,
    providers: providers.filter(({ contacts, id }) => contacts.length > 0 || saved.providerIds.includes(id)),
    mails: (await listMails(db, SHOWN)).map((mail) => ({ ...mail, result: resultOf(mail, deps.now()) })),
  });
}

/** Returns the result of a mail in words, with its color. */
function resultOf({ state, error, at }: SentMail, now: number): [text: string, color: string] {
  if (state === 'failed') return ['Not sent', 'danger'];
  if (state === 'sent') return error === null ? ['Sent', 'success'] : ['Partly sent', 'warning'];
  return now - at > SENDING_MS ? ['Interrupted', 'secondary'] : ['Sending', 'secondary'];
}

async function save(deps: Deps, req: Request, res: Response): Promise<void> {
  const entered: NotificationInput = {
    active: ticked(req, 'active'),
    host: field(req, 'host'),
    port: field(req, 'port'),
    security: field(req, 'security') as NotificationInput['security'], // checked when it is saved
    user: field(req, 'user'),
    password: field(req, 'password'),
    from: field(req, 'from'),
    recipients: field(req, 'recipients'),
    providerIds: fieldValues(req, 'providers'),
  };
  const saved = await saveNotifications(deps, entered);
  if (!saved.ok) return show(deps, res.status(422), { entered, errors: saved.errors });
  await leadTo(
    res,
    NOTIFICATIONS,
    saved.value.active ? 'Saved. Send a test mail to see that they arrive.' : 'Saved. Notifications by e-mail are off.',
  );
}
