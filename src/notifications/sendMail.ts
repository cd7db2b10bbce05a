import { createTransport } from 'nodemailer';
import type { Deps } from '../deps.ts';
import { permittedAddresses } from '../guardedRequest.ts';
import { addressFamily } from '../network.ts';
import { isLoopback, type NotificationSettings } from './settings.ts';
import { MailRefused, smtpFault } from './smtpFault.ts';

const TIMEOUT_MS = 30_000; // for everything
const SILENCE_MS = 10_000; // for each step
const MAX_REPLY = 64 * 1024;

/** A mail without formatting. */
export type Mail = { to: string[]; subject: string; text: string };

/** The result of a mail: sent, perhaps not to all of its recipients, or the sentence that says why not. */
export type MailResult = { ok: true; refused: string[] } | { ok: false; error: string };

type MailDeps = Pick<Deps, 'secrets' | 'now' | 'background' | 'config' | 'webhooks'>;

/**
 * Sends a mail with the SMTP server of the settings, within 30 seconds whatever it does. Its name is resolved and checked first, and the connection
 * goes to a checked address. @throws the reason to stop if the server stops meanwhile
 */
export async function sendMail(
  deps: MailDeps,
  settings: NotificationSettings,
  mail: Mail,
  { name, timeoutMs = TIMEOUT_MS }: { name: string; timeoutMs?: number },
): Promise<MailResult> {
  const signal = AbortSignal.any([AbortSignal.timeout(timeoutMs), deps.background.stopping]);
  try {
    const transport = createTransport(await optionsFor(deps, settings, signal));
    const { rejected } = await transport.sendMail({
      ...{ from: { name: oneLine(name), address: settings.from }, to: mail.to },
      ...{ subject: oneLine(mail.subject), text: mail.text, date: new Date(deps.now()) },
      headers: { 'Auto-Submitted': 'auto-generated' }, // no one's absence is answered to us (RFC 3834 5)
      ...{ disableFileAccess: true, disableUrlAccess: true, signal },
    });
    return { ok: true, refused: rejected.map(String) };
  } catch (error) {
    deps.background.stopping.throwIfAborted();
    return { ok: false, error: smtpFault(signal.aborted ? signal.reason : error, settings) };
  }
}

/** A mail server is usually inside the company, so private addresses are allowed; those of cloud metadata and the like never are. */
async function optionsFor(deps: MailDeps, settings: NotificationSettings, signal: AbortSignal) {
  const { host, port, security, user } = settings;
  const url = new URL(`https://${addressFamily(host) === 6 ? `[${host}]` : host}`);
  const [address = ''] = await permittedAddresses(
    url,
    { privateNetworks: 'allow', lookup: deps.webhooks.lookup },
    signal,
  );
  if (security === 'none' && !isLoopback(address))
    throw new MailRefused(`${host} is another machine. Without TLS, mails are only sent to this one.`);
  return {
    host: address,
    port,
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    name: new URL(deps.config.publicUrl).hostname,
    ...(addressFamily(host) === undefined && { servername: host }),
    tls: { minVersion: 'TLSv1.2' as const, ...(addressFamily(host) === undefined ? { servername: host } : { host }) },
    ...(user !== '' && { auth: { user, pass: passwordOf(deps, settings) } }),
    ...{ connectionTimeout: SILENCE_MS, greetingTimeout: SILENCE_MS, socketTimeout: SILENCE_MS, socketCloseTimeout: 0 },
    ...{ maxResponseSize: MAX_REPLY, logger: false, debug: false },
  };
}

function passwordOf({ secrets }: MailDeps, { passwordSealed }: NotificationSettings): string {
  const password = passwordSealed === null ? '' : secrets.tryUnseal(passwordSealed);
  if (password !== undefined) return password;
  throw new MailRefused('The password cannot be decrypted: the secret key was replaced. Enter the password again.');
}

/** A header is one line: names of providers and people are in subjects. */
function oneLine(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
}
