import type { Deps } from '../deps.ts';
import { sendTestMail } from '../notifications/mailer.ts';
import {
  type NotificationInput,
  type NotificationSettings,
  readNotifications,
  saveNotifications,
} from '../notifications/settings.ts';
import { listProviders } from '../store/identityProviders.ts';
import { listMails } from '../store/sentMails.ts';
import {
  accepted,
  type Call,
  type Command,
  dashed,
  isoTime,
  list,
  type Output,
  onOrOff,
  Refused,
  table,
  UsageError,
} from './command.ts';
import { providerNamed } from './providerShown.ts';

const LISTED = 20;
const MAX_LISTED = 500;

export const notificationCommands: Command[] = [
  { name: 'notifications show', operands: '', summary: 'Show the settings of notifications by e-mail.', run: show },
  {
    name: 'notifications set',
    operands: '',
    summary: 'Change the settings of notifications by e-mail.',
    options: {
      active: { value: 'on|off', help: 'Whether mails are sent.' },
      recipients: { value: 'ADDRESSES', help: 'Who gets them, such as it@acme.com,ops@acme.com.' },
      from: { value: 'ADDRESS', help: 'The sender.' },
      host: { value: 'HOST', help: 'The mail server (SMTP).' },
      port: { value: 'PORT', help: 'Usually 587 with STARTTLS, 465 with TLS.' },
      security: { value: 'starttls|tls|none', help: 'The encryption. none: only for a server on the same machine.' },
      user: { value: 'NAME', help: 'The user name at the mail server. Empty: it requires none.' },
      'password-stdin': { help: 'Read the password from standard input.' },
      providers: { value: 'IDPS', help: 'The identity providers whose contacts are told about their own matters.' },
    },
    run: change,
  },
  {
    name: 'notifications test',
    operands: '',
    summary: 'Send a test mail, and show what the mail server replies.',
    run: test,
  },
  {
    name: 'notifications log',
    operands: '',
    summary: 'List the latest mails with their results.',
    options: { limit: { value: 'NUMBER', help: `How many, ${MAX_LISTED} at most. Default: ${LISTED}.` } },
    run: log,
  },
];

async function show({ deps }: Call): Promise<Output> {
  return shown(deps, await readNotifications(deps.store.db));
}

async function change(call: Call): Promise<Output> {
  const { deps, text, has } = call;
  const { passwordSealed: _, ...before } = await readNotifications(deps.store.db);
  const names = ['host', 'port', 'security', 'user', 'from', 'recipients'] as const;
  const given = Object.fromEntries(names.flatMap((name) => (text(name) === undefined ? [] : [[name, text(name)]])));
  const [active, providers] = [text('active'), text('providers')];
  if (Object.keys(given).length === 0 && active === undefined && providers === undefined && !has('password-stdin'))
    throw new UsageError('Specify a change, such as --active on.');
  const input: NotificationInput = {
    ...before,
    ...given,
    ...(active === undefined ? {} : { active: onOrOff('--active', active) }),
    ...(providers === undefined ? {} : { providerIds: await providerIds(deps, providers) }),
    password: has('password-stdin') ? (await call.input()).toString('utf8').replace(/\r?\n$/, '') : '',
  };
  const saved = await saveNotifications(deps, input);
  return shown(
    deps,
    accepted(saved, (field) => (field === 'password' ? '--password-stdin' : `--${dashed(field)}`)),
  );
}

async function test({ deps }: Call): Promise<Output> {
  const result = await sendTestMail(deps);
  if (!result.ok) throw new Refused(`The test mail was not sent. ${result.error}`);
  const text = 'The test mail was sent.';
  const refused = result.refused.map((address) => `The mail server refused ${address}.`);
  return { json: { sent: true, refused: result.refused }, text, warnings: refused };
}

async function log({ deps, text }: Call): Promise<Output> {
  const limit = Number(text('limit') ?? LISTED);
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LISTED)
    throw new UsageError(`--limit must be a number from 1 to ${MAX_LISTED}.`);
  const mails = await listMails(deps.store.db, limit);
  const rows = mails.map(({ at, state, recipients, subject, error }) => [
    isoTime(at) ?? '',
    state,
    recipients,
    subject,
    error ?? '',
  ]);
  return {
    json: mails.map((mail) => ({ ...mail, at: isoTime(mail.at), recipients: mail.recipients.split(', ') })),
    text: table(['TIME', 'STATE', 'RECIPIENTS', 'SUBJECT', 'RESULT'], rows, 'There are no mails.'),
  };
}

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

async function providerIds(deps: Deps, text: string): Promise<string[]> {
  const names = text.split(',').map((name) => name.trim());
  const found = await Promise.all(names.filter((name) => name !== '').map((name) => providerNamed(deps, name)));
  return found.map(({ id }) => id);
}
