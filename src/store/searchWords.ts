import { caseKey } from './caseKey.ts';

const MAX_WORD_LENGTH = 40;
const MAX_NAME_KEY = 120;
const ASCII = /^[\0-\x7f]*$/;

// Letters that NFD does not decompose.
const LETTERS: Record<string, string> = { ß: 'ss', ø: 'o', æ: 'ae', œ: 'oe', đ: 'd', ð: 'd', ł: 'l', þ: 'th', ı: 'i' };

/** Returns a text as searches compare it: in lower case and without accents ('Müller-Łuk' is 'muller-luk'). */
function foldText(text: string): string {
  const key = caseKey(text);
  if (ASCII.test(key)) return key; // most texts: a twentieth of adding a person
  const bare = key.normalize('NFD').replace(/\p{M}/gu, '');
  return ASCII.test(bare) ? bare : bare.replace(/[ßøæœđðłþı]/g, (letter) => LETTERS[letter] ?? letter);
}

/** Returns the words of a text: letters and digits, folded. */
export function wordsOfText(text: string): string[] {
  const words = foldText(text).split(/[^\p{L}\p{N}]+/u);
  return words.filter((word) => word !== '').map((word) => word.slice(0, MAX_WORD_LENGTH));
}

/** Returns the words of an e-mail address before its @, and the whole address. A user name without @ is only its words. */
export function wordsOfAddress(address: string): string[] {
  const [local = ''] = address.split('@');
  const words = wordsOfText(local);
  return address.includes('@') ? [...words, foldText(address).replace(/\s+/g, '').slice(0, MAX_WORD_LENGTH)] : words;
}

/** Returns the words of a search. A word with an @ stays whole. */
export function wordsOfQuery(query: string): string[] {
  const parts = query.slice(0, 200).split(/\s+/);
  const words = parts.flatMap((part) =>
    part.includes('@') ? [foldText(part).slice(0, MAX_WORD_LENGTH)] : wordsOfText(part),
  );
  return [...new Set(words)].slice(0, 8);
}

/**
 * Returns the word by which people are found who have a value for a custom attribute, or name a person in one. No search has it:
 * searched words are letters and digits.
 */
export function markOf(id: string): string {
  return `=${id}`;
}

/** Returns the key that lists of people are sorted by, from the name that a person is called by. */
export function nameKeyOf(name: string): string {
  return foldText(name).slice(0, MAX_NAME_KEY);
}
