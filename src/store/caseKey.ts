/**
 * Returns the key for comparing text without regard to case (names of groups and sources; loginKey for people).
 * Only case is folded: a character becomes another one only if the two are the upper and the lower case of one letter. So look-alikes
 * never match: the Kelvin sign is not a k, the Ohm sign not an omega, and no letter outside ASCII becomes an ASCII letter.
 */
export function caseKey(value: string): string {
  if (isAscii(value)) return value.toLowerCase();
  return Array.from(value, foldOne).join('');
}

function foldOne(character: string): string {
  const lower = character.toLowerCase();
  // The upper case of ß is SS, and ẞ is its capital all the same.
  return character.toUpperCase() === lower.toUpperCase() || lower === 'ß' ? lower : character;
}

function isAscii(value: string): boolean {
  for (let i = 0; i < value.length; i += 1) if (value.charCodeAt(i) > 0x7f) return false;
  return true;
}
