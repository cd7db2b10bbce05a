/** Returns a number of things in words: '1 day', '1,204 logins', '2 people'. @param many the plural, if it does not only add an s */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}
