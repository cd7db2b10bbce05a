import { caseKey } from './caseKey.ts';

/** Characters that show nothing: controls, zero-width and direction characters, and line separators. */
const INVISIBLE = /[\p{Cc}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}\ufff9-\ufffb]/u;
const ALL_INVISIBLE = new RegExp(INVISIBLE, 'gu');

// NFC would make a k, a semicolon and a grave accent of the others: the Kelvin sign, the Greek question mark and the varia.
const COMPOSABLE = /[^\u212a\u037e\u1fef]+/gu;

/**
 * Returns a user name or an e-mail address as it is stored: in NFC, trimmed, and without characters that show nothing. Characters whose
 * NFC is ASCII stay as they are, because they are look-alikes.
 */
export function normalizeLoginName(text: string): string {
  return /^[!-~]*$/.test(text) ? text : composed(text.replace(ALL_INVISIBLE, '')).trim();
}

/** Returns a text in NFC, without making an ASCII character of a look-alike. */
export function composed(text: string): string {
  return text.replace(COMPOSABLE, (part) => part.normalize('NFC'));
}

/** Returns a name with the characters visible that show nothing, for Power Users who look for the cause: `ada[U+200B]`. */
export function visibleName(name: string): string {
  return name.replace(
    ALL_INVISIBLE,
    (hidden) => `[U+${hidden.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}]`,
  );
}

/** Returns the key by which a person's user name or e-mail address is unique and found. */
export function loginKey(name: string): string {
  return caseKey(normalizeLoginName(name));
}

/**
 * Returns the key to look a person up by. A name with characters that show nothing, or blanks around it, matches no one: at an identity
 * provider, `ada` and `ada` with a zero-width space may be two people.
 */
export function soughtKey(name: string): string {
  return INVISIBLE.test(name) || name !== name.trim() ? caseKey(name) : loginKey(name);
}
