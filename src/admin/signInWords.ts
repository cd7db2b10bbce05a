/** What came of an attempt, as the screens say it. */
export const outcomeNames: Record<string, string> = {
  signed_in: 'Signed in',
  refused: 'Refused',
  tested: 'Test worked',
};

/** How somebody came, as the screens say it. */
export const flowNames: Record<string, string> = {
  sp: 'from the Log-In screen',
  idp: 'launched from the tile',
  local: 'with a password',
  test: 'test by a Power User',
};

/**
 * Where a received value stops being like the expected one, so that the difference can be marked: from the last separator before the first
 * differing character. Nothing is marked where one is merely the beginning of the other's word, or both have nothing in common.
 */
export function differenceOf(expected: string, received: string): { same: string; different: string } {
  let at = 0;
  while (at < received.length && received[at] === expected[at]) at += 1;
  if (received === expected) return { same: received, different: '' };
  const start = Math.max(0, ...['/', '?', '&', '=', ':', ' '].map((sign) => received.lastIndexOf(sign, at - 1) + 1));
  const from = at === received.length || start < received.length ? Math.min(start, at) : at;
  return { same: received.slice(0, from), different: received.slice(from) };
}
