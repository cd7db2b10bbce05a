const MOST = 24;

/** Returns what is typed to confirm that something is deleted: its name, or the first word of a long name. */
export function confirmationOf(name: string): string {
  const shown = name.trim().replace(/\s+/g, ' ');
  if (shown.length <= MOST) return shown;
  const [word = 'delete'] = /[\p{L}\p{M}\p{N}]+/u.exec(shown) ?? [];
  return [...word].slice(0, MOST).join('');
}
