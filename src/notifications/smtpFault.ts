import { connectionFault, PrivateAddress } from '../guardedRequest.ts';
import type { NotificationSettings } from './settings.ts';

const LONGEST_SHOWN = 200;

/** Why a mail cannot be sent with these settings. The message is a sentence for Power Users. */
export class MailRefused extends Error {}

type Server = Pick<NotificationSettings, 'host' | 'port'>;

/** What nodemailer tells about a failure: its own code, that of the system, the reply of the server and the command that got it. */
type SmtpError = Error & {
  code?: string;
  originalCode?: string;
  responseCode?: number;
  response?: string;
  command?: string;
};

/** Returns why a mail could not be sent and what to do, with the reply of the server if there is one. */
export function smtpFault(error: unknown, server: Server): string {
  if (error instanceof MailRefused) return error.message;
  if (error instanceof PrivateAddress)
    return `${server.host} has an address that Anteroom never connects to. Check the name.`;
  const failure: SmtpError = error instanceof Error ? error : new Error(String(error));
  const reply = replyOf(failure);
  return `${causeOf(failure, server)}${reply === undefined ? '' : ` It replied: ${reply}`}`;
}

function causeOf(error: SmtpError, server: Server): string {
  const { host, port } = server;
  const { code = '', responseCode = 0, command = '' } = error;
  const isLate =
    ['TimeoutError', 'AbortError'].includes(error.name) || [code, error.originalCode].includes('ETIMEDOUT');
  if (isLate)
    return `${host} did not respond in time at port ${port}. Check the port, and that no firewall is in between.`;
  if (code === 'EAUTH' || code === 'ENOAUTH' || [530, 535].includes(responseCode)) return loginCause(error, host);
  if (code === 'EENVELOPE' && command.startsWith('MAIL'))
    return `${host} does not accept mails from this sender. Enter an address that belongs to its users.`;
  if (code === 'EENVELOPE')
    return `${host} does not accept the recipients. Check the addresses, and whether it requires a user name.`;
  if (code === 'EMESSAGE') return `${host} refused the mail. Ask its administrator for the reason.`;
  if (code === 'EPROTOCOL')
    return `What listens at port ${port} of ${host} does not respond like a mail server. Check the port.`;
  return connectionCause(error, server);
}

function loginCause({ code, responseCode }: SmtpError, host: string): string {
  if (code === 'ENOAUTH' || responseCode === 530) return `${host} requires a user name and a password. Enter them.`;
  return `${host} refused the user name or the password. Enter them again. Some services need a password for apps.`;
}

function connectionCause(error: SmtpError, { host, port }: Server): string {
  const { code = '', originalCode = code, command = '', message } = error;
  const fault = connectionFault(Object.assign(new Error(message), { code: originalCode }));
  if (/wrong version number|packet length/.test(message))
    return `${host} does not speak TLS at port ${port}. Select STARTTLS, or another port.`;
  if (/certificate|altname|self.signed/i.test(message))
    return `The certificate of ${host} is not valid (${shown(message)}). Enter the name that it was issued for, or have it renewed.`;
  if (command === 'STARTTLS' || /STARTTLS/.test(message))
    return `${host} does not offer STARTTLS at port ${port}. Select TLS with port 465, or ask its administrator.`;
  if (originalCode === 'ENOTFOUND') return `There is no server with the name ${host}. Check the name.`;
  if (originalCode === 'ECONNREFUSED')
    return `${host} refuses connections at port ${port}. The usual ports are 587 with STARTTLS and 465 with TLS.`;
  const cause = fault.kind === 'unreachable' ? fault.cause : 'the connection was closed';
  return `${host} cannot be reached at port ${port}: ${cause}. Check the name, the port and the encryption.`;
}

/** Only what looks like a reply of SMTP (RFC 5321 4.2) is shown: other programs in the network must not be read this way. */
function replyOf({ response = '' }: SmtpError): string | undefined {
  return /^[245]\d\d[ -]/.test(response) ? shown(response) : undefined;
}

function shown(text: string): string {
  return text
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, LONGEST_SHOWN);
}
