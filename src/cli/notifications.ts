import type { Deps } from '../deps.ts';
import { sendTestMail } from '../notifications/mailer.ts';
import { type NotificationSettings, readNotifications, saveNotifications } from '../notifications/settings.ts';
import { listProviders } from '../store/identityProviders.ts';
import { listMails } from '../store/sentMails.ts';
import { accepted, command, type Output, optionName, Refused, UsageError } from './command.ts';
import { limit, oneOf, onOff, passwordFromInput, type ReadContext, text } from './options.ts';
import { isoTime, list, table } from './print.ts';
import { providerNamed } from './targets.ts';

const LISTED = 20;

const providersOption = {
  ...text('IDPS', 'The identity providers whose contacts are told about their own matters.'),
  read: async (entered: string, { deps }: ReadContext) => {
    const names = entered.split(',').map((name) => name.trim());
    return Promise.all(names.filter((name) => name !== '').map((name) => providerNamed(deps, name)));
  },
};

export const notificationCommands = [
  command({
    name: 'notifications show',
    summary: 'Show the settings of notifications by e-mail.',
    run: async ({ deps }) => shown(deps, await readNotifications(deps.store.db)),
  }),
  command({
    name: 'notifications set',
    summary: 'Change the settings of notifications by e-mail.',
    options: {
      active: onOff('Whether mails are sent.'),
      recipients: text('ADDRESSES', 'Who gets them, such as it@acme.com,ops@acme.com.'),
      from: text('ADDRESS', 'The sender.'),
      host: text('HOST', 'The mail server (SMTP).'),
      port: text('PORT', 'Usually 587 with STARTTLS, 465 with TLS.'),
      security: oneOf(['starttls', 'tls', 'none'], 'The encryption. none: only for a server on the same machine.'),
      user: text('NAME', 'The user name at the mail server. Empty: it requires none.'),
      passwordStdin: passwordFromInput('Read the password from standard input.'),
      providers: providersOption,
    },
    async run({ deps, options }) {
      if (Object.keys(options).length === 0) throw new UsageError('Specify a change, such as --active on.');
      const { passwordSealed: _, ...before } = await readNotifications(deps.store.db);
      const { passwordStdin, providers, ...given } = options;
      const password = (await passwordStdin?.()) ?? '';
      const providerIds = providers?.map(({ id }) => id) ?? before.providerIds;
      const saved = await saveNotifications(deps, { ...before, ...given, providerIds, password });
      const labelOf = (field: string) => optionName(field === 'password' ? 'passwordStdin' : field);
      return shown(deps, accepted(saved, labelOf));
    },
  }),
  command({
    name: 'notifications test',
    summary: 'Send a test mail, and show what the mail server replies.',
    async run({ deps }) {
      const result = await sendTestMail(deps);
      if (!result.ok) throw new Refused(`The test mail was not sent. ${result.error}`);
      const warnings = result.refused.map((address) => `The mail server refused ${address}.`);
      return { json: { sent: true, refused: result.refused }, text: 'The test mail was sent.', warnings };
    },
  }),
  command({
    name: 'notifications log',
    summary: 'List the latest mails with their results.',
    options: { limit: limit(500, LISTED) },
    async run({ deps, options }) {
      const mails = await listMails(deps.store.db, options.limit ?? LISTED);
      const rows = mails.map(({ at, state, recipients, subject, error }) => ({
        ...{ TIME: isoTime(at), STATE: state, RECIPIENTS: recipients, SUBJECT: subject, RESULT: error },
      }));
      return {
        json: mails.map((mail) => ({ ...mail, at: isoTime(mail.at), recipients: mail.recipients.split(', ') })),
        text: table(rows, 'There are no mails.'),
      };
    },
  }),
];

/** The password is never shown, only whether there is one. */
async function shown(deps: Deps, { passwordSealed, ...settings }: NotificationSettings): Promise<Output> {
  const providers = await listProviders(deps.store.db);
  const names = providers.filter(({ id }) => settings.providerIds.includes(id)).map(({ name }) => name);
  const hasPassword = passwordSealed !== null;
  return {
    json: { ...settings, hasPassword },
    text: list([
      ['State', settings.active ? 'on' : 'off'],
      ['Recipients', settings.recipients.join(', ')],
      ['Sender', settings.from],
      ['Mail server', settings.host === '' ? '' : `${settings.host}:${settings.port} (${settings.security})`],
      ['User name', settings.user],
      ['Password', hasPassword ? 'stored' : 'none'],
      ['Contacts of', names.join(', ')],
    ]),
  };
}
