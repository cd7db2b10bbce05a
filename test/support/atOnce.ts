/** Runs ten at once and returns how many got true. */
export async function atOnce(work: (n: number) => Promise<boolean>): Promise<number> {
  const results = await Promise.all(Array.from({ length: 10 }, (_, n) => work(n)));
  return results.filter(Boolean).length;
}
