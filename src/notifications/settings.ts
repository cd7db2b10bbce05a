import { z } from 'zod';
import { saveSetting } from '../audit/saveSetting.ts';
import type { Db } from '../db/open.ts';
import type { Deps } from '../deps.ts';
import { type Checked, type FieldErrors, fieldErrors, invalid } from '../errors.ts';
import { addressFamily, isInNetworks } from '../network.ts';
import { findSetting } from '../store/settings.ts';
import { forgetFailures } from './turn.ts';

const SETTING = 'notifications';
const ADDRESS = /^[^\s\p{C}@<>()[\]\\,;:"]{1,64}@[^\s\p{C}@<>()[\]\\,;:"]{1,189}$/u; // RFC 5321 4.5.3.1: 254 in all
const LOOPBACK = ['127.0.0.0/8', '::1/128'];

const plain = (most: number) =>
  z
    .string()
    .trim()
    .max(most, `Use at most ${most} characters.`)
    .regex(/^\P{C}*$/u, 'Control characters are not allowed here.');

/** An address that no header and no SMTP command can be broken with. Quoted local parts are not accepted. */
const address = z.string().refine((text) => ADDRESS.test(text), {
  error: ({ input }) => `${String(input).slice(0, 80)} is not an e-mail address such as it@acme.com.`,
});

const schema = z.object({
  active: z.boolean(),
  host: z
    .string()
    .trim()
    .max(253, 'Use at most 253 characters.')
    .transform((host) => host.replace(/^\[(.*)\]$/, '$1'))
    .refine(isHost, 'Enter the name of a server, such as smtp.acme.com, without a scheme or port.'),
  port: z.coerce
    .number('Enter a number.')
    .int('Enter a whole number.')
    .min(1, 'Enter a number from 1 to 65535.')
    .max(65_535, 'Enter a number from 1 to 65535.'),
  security: z.enum(['starttls', 'tls', 'none'], 'Select STARTTLS, TLS or none.'),
  user: plain(254),
  from: z.union([z.literal(''), address]),
  recipients: z
    .union([z.array(z.string()), z.string().transform((text) => text.split(/[\s,;]+/))])
    .transform((entries) => [...new Set(entries.map((entry) => entry.trim()).filter((entry) => entry !== ''))])
    .pipe(z.array(address).max(50, 'Enter at most 50 addresses.')),
  providerIds: z.array(z.string()),
});

/** How mails are sent, and who gets them: `providerIds` are the identity providers whose contacts are told about their own matters. */
export type NotificationSettings = z.output<typeof schema> & { passwordSealed: string | null };

/** The fields of the screen. An empty password keeps the one that is stored. */
export type NotificationInput = Omit<z.input<typeof schema>, 'port'> & { port: string | number; password: string };

/** The choices of how a connection is protected. */
export const securities = schema.shape.security.options;

/** The settings before anything is set up: nothing is sent. */
export const initialNotifications: NotificationSettings = {
  active: false,
  host: '',
  port: 587,
  security: 'starttls',
  user: '',
  from: '',
  recipients: [],
  providerIds: [],
  passwordSealed: null,
};

/** Returns the current settings. */
export async function readNotifications(db: Db): Promise<NotificationSettings> {
  return {
    ...initialNotifications,
    ...((await findSetting(db, SETTING)) as Partial<NotificationSettings> | undefined),
  };
}

/** Validates and saves the settings. The password is stored encrypted, and only ever sent to the server that it was entered for. */
export async function saveNotifications(deps: Deps, input: NotificationInput): Promise<Checked<NotificationSettings>> {
  const { password, ...fields } = input;
  const parsed = schema.safeParse(fields);
  const errors = parsed.success ? missingIn(parsed.data) : fieldErrors(parsed.error);
  return deps.store.db.transaction().execute(async (trx) => {
    const before = await readNotifications(trx);
    if (parsed.success && mustEnterAgain(before, parsed.data, password))
      errors.password =
        'Enter the password again: it is only sent to the server and user name that it was entered for.';
    if (!parsed.success || Object.keys(errors).length > 0) return invalid(errors);
    const saved = { ...parsed.data, passwordSealed: sealedAfter(deps, before, parsed.data.user, password) };
    await saveSetting(trx, deps, SETTING, before, saved, ['passwordSealed']);
    await forgetFailures(trx);
    return { ok: true, value: saved };
  });
}

/** Returns whether a text is an address that mails can be sent to. */
export function isMailAddress(text: string): boolean {
  return address.safeParse(text).success;
}

/** Returns whether a host or address is this machine, where mails need no TLS. */
export function isLoopback(host: string): boolean {
  return /^(.+\.)?localhost$/i.test(host) || isInNetworks(host, LOOPBACK);
}

function isHost(host: string): boolean {
  return host === '' || addressFamily(host) !== undefined || /^(?!-)[a-z0-9-]+(\.[a-z0-9-]+)*$/i.test(host);
}

function missingIn({ active, host, from, recipients, security }: z.output<typeof schema>): FieldErrors {
  const errors: FieldErrors = {};
  if (active && host === '') errors.host = 'Enter the server that sends the mails.';
  if (active && from === '') errors.from = 'Enter the address that the mails come from.';
  if (active && recipients.length === 0) errors.recipients = 'Enter at least one address.';
  if (security === 'none' && host !== '' && !isLoopback(host))
    errors.security =
      'Without TLS, others can read the password and the mails. This is only possible on the same machine.';
  return errors;
}

/** Otherwise, a Power User could have the stored password sent to a server of their own. */
function mustEnterAgain(before: NotificationSettings, after: z.output<typeof schema>, password: string): boolean {
  const { host, port, security, user } = after;
  const isSame = before.host === host && before.port === port && before.security === security && before.user === user;
  return before.passwordSealed !== null && user !== '' && password === '' && !isSame;
}

function sealedAfter({ secrets }: Deps, before: NotificationSettings, user: string, password: string): string | null {
  if (user === '') return null;
  return password === '' ? before.passwordSealed : secrets.seal(password);
}
