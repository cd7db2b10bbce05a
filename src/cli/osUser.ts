/**
 * Returns the user of the operating system for the audit log. Containers often run with an ID that has no name.
 * @param read throws if the user has no name
 */
export function osUserOf(read: () => { username: string }, id: number | undefined): string {
  try {
    return read().username;
  } catch {
    return `user ${id ?? 'unknown'}`;
  }
}
