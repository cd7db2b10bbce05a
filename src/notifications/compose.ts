import { NOTIFICATIONS } from '../paths.ts';
import type { HealthCause } from '../store/healthCauses.ts';
import type { Mail } from './sendMail.ts';

/** The intranet that a mail is about: its name and URL. */
export type Sender = { name: string; url: string };

/** Returns the mail to the recipients of the settings about some causes. */
export function composeNotification({ name, url }: Sender, to: string[], causes: HealthCause[]): Mail {
  const [lasting, over] = [causes.filter(isLasting), causes.filter((cause) => !isLasting(cause))];
  const sections = [
    ...(lasting.length > 0 ? [`Needs attention at ${name}:`, ...lasting.map((cause) => entryOf(cause, url))] : []),
    ...(over.length > 0 ? ['Over:', ...over.map(({ text }) => `* ${text}`)] : []),
    `All that needs attention: ${url}/settings`,
    `Who gets these mails: ${url}${NOTIFICATIONS}`,
  ];
  return { to, subject: `${name}: ${subjectOf(lasting, over)}`, text: `${sections.join('\n\n')}\n` };
}

/** Returns the mail to the contacts of an identity provider about its own matters. It says nothing that is internal. */
export function composeForProvider({ name, url }: Sender, to: string[], entityId: string, causes: HealthCause[]): Mail {
  const entries = causes.map((cause) => `* ${isLasting(cause) ? '' : 'This is over: '}${cause.providerText}`);
  const reason = `You get this mail because you are a contact in the metadata of the identity provider ${entityId}, with which people log in to ${url}.`;
  return { to, subject: `${name}: your identity provider`, text: `${[...entries, reason].join('\n\n')}\n` };
}

/** Returns the mail that tests the settings. */
export function composeTest({ name, url }: Sender, to: string[]): Mail {
  return {
    to,
    subject: `${name}: test of the notifications`,
    text: `Notifications of ${name} arrive here. Nothing needs to be done.\n\nWho gets these mails: ${url}${NOTIFICATIONS}\n`,
  };
}

function isLasting({ endedAt }: HealthCause): boolean {
  return endedAt === null;
}

function subjectOf([first, ...others]: HealthCause[], over: HealthCause[]): string {
  if (first && others.length > 0) return `${others.length + 1} things need attention`;
  if (first) return first.text;
  return over.length === 1 ? `over: ${over[0]?.text}` : `${over.length} things are over`;
}

function entryOf({ text, detail, href }: HealthCause, url: string): string {
  return [`* ${text}`, `  ${detail}`, `  ${url}${href}`].join('\n');
}
