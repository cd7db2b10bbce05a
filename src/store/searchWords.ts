import { caseKey } from './caseKey.ts';
import type { User } from './users.ts';

const MAX_WORDS = 24;
const MAX_WORD_LENGTH = 40;
const MAX_NAME_KEY = 120;

// Letters that no decomposition takes apart.
const LETTERS: Record<string, string> = { ß: 'ss', ø: 'o', æ: 'ae', œ: 'oe', đ: 'd', ð: 'd', ł: 'l', þ: 'th', ı: 'i' };

/** Text as the search compares it: lower case, accents folded ('Müller-Łuk' is 'muller-luk'). */
export function foldText(text: string): string {
  const bare = caseKey(text).normalize('NFD').replace(/\p{M}/gu, '');
  return /^[\0-\x7f]*$/.test(bare) ? bare : bare.replace(/[ßøæœđðłþı]/g, (letter) => LETTERS[letter] ?? letter);
}

/**
 * The words under which a person is found: of the names, the title, the department, the user name and the e-mail addresses
 * (each address also as a whole). A search matches where every word asked for is the beginning of one of them.
 */
export function wordsOfUser(user: User): string[] {
  const names = [user.givenName, user.familyName, user.displayName, user.profile.nickName, user.title, user.department];
  const words = new Set(names.flatMap((name) => (name ? splitWords(name) : [])));
  const emails = user.profile.emails ?? [];
  for (const address of [user.userName, user.email, ...emails.map((email) => email.value)]) {
    if (!address) continue;
    const [local = ''] = address.split('@');
    for (const word of splitWords(local)) words.add(word);
    if (address.includes('@')) words.add(foldText(address).replace(/\s+/g, '').slice(0, MAX_WORD_LENGTH));
  }
  return [...words].slice(0, MAX_WORDS);
}

/** The words that a search asks for: letters and digits; a word with an '@' stays an address. */
export function wordsOfQuery(query: string): string[] {
  const parts = query.slice(0, 200).split(/\s+/);
  const words = parts.flatMap((part) =>
    part.includes('@') ? [foldText(part).slice(0, MAX_WORD_LENGTH)] : splitWords(part),
  );
  return [...new Set(words)].slice(0, 8);
}

/** What lists of people are ordered by: the name that a person is called by, folded. */
export function nameKeyOf(user: User): string {
  const name = user.displayName ?? ([user.givenName, user.familyName].filter(Boolean).join(' ') || user.userName);
  return foldText(name).slice(0, MAX_NAME_KEY);
}

function splitWords(text: string): string[] {
  const words = foldText(text).split(/[^\p{L}\p{N}]+/u);
  return words.filter((word) => word !== '').map((word) => word.slice(0, MAX_WORD_LENGTH));
}
