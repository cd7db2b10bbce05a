/**
 * Returns the key for comparing text without regard to case (user names, e-mail addresses, names of groups).
 * Only case is folded: there is no Unicode normalization, and letters outside ASCII never become ASCII letters (the Kelvin sign is
 * not a k), so that look-alikes never match another person.
 */
export function caseKey(value: string): string {
  if (isAscii(value)) return value.toLowerCase();
  return Array.from(value, foldOne).join('');
}

function foldOne(character: string): string {
  const lower = character.toLowerCase();
  const becomesAscii = lower.charCodeAt(0) <= 0x7f && !isAscii(character); // the Kelvin sign, and İ (i and a combining dot)
  return becomesAscii ? character : lower;
}

function isAscii(value: string): boolean {
  for (let i = 0; i < value.length; i += 1) if (value.charCodeAt(i) > 0x7f) return false;
  return true;
}
