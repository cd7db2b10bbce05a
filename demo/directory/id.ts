/** Returns a new identifier: 24 hexadecimal digits. */
export function newId(deps: { randomBytes: (size: number) => Buffer }): string {
  return deps.randomBytes(12).toString('hex');
}
