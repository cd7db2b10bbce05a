import type { Deps } from '../deps.ts';
import { browserName } from '../login/browserName.ts';
import { findPersonToLogIn } from '../login/localLogin.ts';
import { createPasswordLink, LINK_HOURS, reasonAgainstLink } from '../login/passwordLinks.ts';
import { type Proof, proofNames } from '../login/proof.ts';
import { nameOf } from '../people/users.ts';
import { findPasswordHash, type User } from '../store/users.ts';
import { senderOf, sendRecorded } from './mailer.ts';
import { isMailAddress, type NotificationSettings, readNotifications } from './settings.ts';

/** Returns whether mails can be sent to people, also if notifications are off. */
export async function canMailPeople({ store }: Deps): Promise<boolean> {
  return canSend(await readNotifications(store.db));
}

/**
 * Mails a person the link for a new password, if they log in with a password and have an e-mail address. Does nothing for anyone else.
 * @param name the user name or e-mail address that was entered
 * @param url the domain
 */
export async function mailPasswordLink(deps: Deps, name: string, url: string): Promise<void> {
  const { db } = deps.store;
  const settings = await readNotifications(db);
  const user = await findPersonToLogIn(deps, name);
  if (!canSend(settings) || !user || !hasAddress(user) || reasonAgainstLink(user) !== undefined) return;
  // Others log in with a provider: a mailbox must not open a second way.
  if ((await findPasswordHash(db, user.id)) === undefined) return;
  const link = await createPasswordLink(deps, user, url, true);
  const { name: intranet } = await senderOf(deps);
  await sendRecorded(deps, settings, 'password', {
    to: [user.email],
    subject: `${intranet}: choose a new password`,
    text: [
      `Someone asked for a new password for ${user.userName} at ${intranet}.`,
      `To choose one, open this link within ${LINK_HOURS} hours. It works once:\n${link}`,
      'If it was not you, ignore this mail. Your password stays as it is.\n',
    ].join('\n\n'),
  });
}

/** Mails the recipients of notifications, and the person, that a Power User has logged in with a password or a passkey. */
export async function announceLocalLogin(
  deps: Deps,
  user: User,
  url: string,
  { network, userAgent, proof }: { network: string; userAgent: string; proof: Proof },
): Promise<void> {
  const settings = await readNotifications(deps.store.db);
  if (user.userType !== 'Power User' || !settings.active || !canSend(settings)) return;
  const { name } = await senderOf(deps);
  const to = [...new Set([...settings.recipients, ...(hasAddress(user) ? [user.email] : [])])];
  await sendRecorded(deps, settings, 'login', {
    to,
    subject: `${name}: ${nameOf(user)} logged in with a ${proof === 'passkey' ? 'passkey' : 'password'}`,
    text: [
      `The Power User ${user.userName} logged in to ${url} with ${proofNames[proof].toLowerCase()}, without an identity provider.`,
      `Network: ${network}\nBrowser: ${browserName(userAgent)}\nTime: ${new Date(deps.now()).toUTCString()}`,
      `If this was not expected, end the session and change the password: ${url}/settings/people/${user.id}\n`,
    ].join('\n\n'),
  });
}

function canSend({ host, from }: NotificationSettings): boolean {
  return host !== '' && from !== '';
}

function hasAddress(user: User): user is User & { email: string } {
  return user.email !== null && isMailAddress(user.email);
}
