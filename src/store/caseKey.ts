/**
 * What is compared where letters' case does not matter (user names, e-mail addresses, names of groups).
 * Only case is folded: no Unicode normalisation, and no letter outside ASCII becomes one inside it (the Kelvin sign is not a k),
 * so that no look-alike ever stands for another person.
 */
export function caseKey(value: string): string {
  if (isAscii(value)) return value.toLowerCase();
  return Array.from(value, foldOne).join('');
}

function foldOne(character: string): string {
  const lower = character.toLowerCase();
  const becomesAscii = lower.charCodeAt(0) <= 0x7f && !isAscii(character); // the Kelvin sign, and I with a dot: i and a combining dot
  return becomesAscii ? character : lower;
}

function isAscii(value: string): boolean {
  for (let i = 0; i < value.length; i += 1) if (value.charCodeAt(i) > 0x7f) return false;
  return true;
}
