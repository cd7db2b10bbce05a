import type { Deps } from '../../deps.ts';
import { readIntranetSettings } from '../../people/intranetSettings.ts';
import { findLoginMessages } from '../../store/loginMessages.ts';
import { XmlError } from '../../xml/error.ts';
import { parseXml } from '../../xml/parse.ts';
import type { LogoutContext } from '../logout/context.ts';
import { hasPassed, type LoginContext } from '../verify/check.ts';
import { namingAttribute } from '../verify/person.ts';
import { SECRET, shortenedXml } from './shorten.ts';

/** What is kept of the messages of an attempt, as shortened XML. */
export type KeptMessages = {
  request?: string | undefined;
  response?: string | undefined; // or the message of a logout
  unreadable?: Unreadable | undefined; // instead of a response that is no XML
  named: string; // the attribute that names the person; '': the NameID
};

/** The surroundings of the place at which a message could not be read further. */
export type Unreadable = { line: number; column: number; before: string; after: string };

type Sealing = Pick<Deps, 'secrets'>;

// Anyone can send a message that no signature proves.
const MOST_UNPROVEN = 8 * 1024; // characters
const MOST_PROVEN = 32 * 1024;
const SHOWN_BEFORE = 300;
const SHOWN_AFTER = 100;

/** Returns a login request as it is kept until the response comes: shortened and sealed. */
export function sealRequest({ secrets }: Sealing, xml: string): string {
  return secrets.seal(shortenedXml(parseXml(Buffer.from(xml), { grammar: 'document' }), MOST_UNPROVEN));
}

/**
 * Returns the messages of an attempt, shortened and sealed, or undefined if there is nothing to keep. An encrypted Assertion is in it
 * decrypted only if its signature proves it, so that a Power User can decrypt nothing that others sent.
 */
export function sealMessages({ secrets }: Sealing, login: LoginContext): string | undefined {
  const { root, octets, content, provider, claimedRequest, ownRequest, domainId } = login;
  const request = claimedRequest?.domainId === domainId ? claimedRequest : ownRequest;
  const kept: KeptMessages = {
    request: request?.messageSealed ? secrets.tryUnseal(request.messageSealed) : undefined,
    response: root && responseOf(login),
    unreadable: octets && !root ? unreadable(octets) : undefined,
    named: content && provider ? namingAttribute(content, provider.settings) : '',
  };
  return kept.request || kept.response || kept.unreadable ? secrets.seal(JSON.stringify(kept)) : undefined;
}

/** Returns the sealed messages of an attempt, or undefined if there are none or the settings say that none are kept. */
export async function messagesToKeep(deps: Deps, login: LoginContext): Promise<string | undefined> {
  return (await keepsMessages(deps)) ? sealMessages(deps, login) : undefined;
}

/** Returns a logout message shortened and sealed, or undefined if it was no XML or the settings say that none are kept. */
export async function logoutToKeep(
  deps: Deps,
  logout: Pick<LogoutContext, 'root' | 'results'>,
): Promise<string | undefined> {
  const { root } = logout;
  if (!root || !(await keepsMessages(deps))) return undefined;
  const most = hasPassed(logout, 'Signature of the message') ? MOST_PROVEN : MOST_UNPROVEN;
  const kept: KeptMessages = { response: shortenedXml(root, most), named: '' };
  return deps.secrets.seal(JSON.stringify(kept));
}

/** Returns whether messages of logins are kept. */
export async function keepsMessages({ store }: Deps): Promise<boolean> {
  return (await readIntranetSettings(store.db)).messageDays > 0;
}

/** Returns the messages of an attempt, unless none are kept, or they were sealed with a secret key that was replaced since. */
export async function findMessages({ store, secrets }: Deps, activityId: string): Promise<KeptMessages | undefined> {
  const sealed = await findLoginMessages(store.db, activityId);
  const text = sealed && secrets.tryUnseal(sealed);
  return text ? (JSON.parse(text) as KeptMessages) : undefined;
}

function responseOf(login: LoginContext): string | undefined {
  const { root, assertion, parts } = login;
  const isProven = hasPassed(login, 'Signature');
  const decrypted = isProven && parts?.encrypted ? assertion : undefined;
  return root && shortenedXml(root, isProven ? MOST_PROVEN : MOST_UNPROVEN, decrypted);
}

function unreadable(octets: Buffer): Unreadable | undefined {
  const { line, column } = positionOf(octets);
  const lines = octets.toString('utf8').split(/\r\n?|\n/);
  const before = [...lines.slice(0, line - 1), (lines[line - 1] ?? '').slice(0, column - 1)].join('\n');
  const after = [(lines[line - 1] ?? '').slice(column - 1), ...lines.slice(line)].join('\n');
  const shown = [before.slice(-SHOWN_BEFORE), after.slice(0, SHOWN_AFTER)];
  const [shownBefore = '', shownAfter = ''] = shown.some((part) => SECRET.test(part)) ? shown.map(veiled) : shown;
  return { line, column, before: shortBase64(shownBefore), after: shortBase64(shownAfter) };
}

function positionOf(octets: Buffer): { line: number; column: number } {
  try {
    parseXml(octets);
  } catch (error) {
    if (error instanceof XmlError && error.position) return error.position;
  }
  return { line: 1, column: 1 };
}

/** Leaves no text between tags: where something secret is named, its place is not known. */
function veiled(text: string): string {
  return text.replace(/(^|>)[^<>]+(?=<|$)/g, '$1…');
}

function shortBase64(text: string): string {
  return text.replace(/[A-Za-z0-9+/=]{60,}/g, (long) => `${long.slice(0, 24)}…`);
}
