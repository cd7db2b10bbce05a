const NAMES = /"(\w+)"/g;
const TABLE_WRITTEN = /^(?:insert into|update|delete from) "(\w+)"/;

/**
 * Remembers the answers to questions that every request asks and whose answers seldom change: which domain, which provider, whose token.
 * It forgets all of them when anything is written to a table that one of them names, or when another process has committed.
 */
export class Memory {
  readonly #answers = new Map<string, Map<string, unknown[]>>();
  readonly #tables = new Set<string>();
  readonly #parentsOf: (table: string) => string[];
  #isOutdated = false;
  #foreignVersion: unknown;

  /** @param parentsOf tells the tables that foreign keys of a table point to: what is deleted there changes rows here */
  constructor(parentsOf: (table: string) => string[]) {
    this.#parentsOf = parentsOf;
  }

  /**
   * What a query answered before, or else answers now. What finds nothing is asked anew each time: strangers could fill the memory with it.
   * @param ask sees what is committed and nothing else
   */
  recall(words: string, values: unknown[], ask: () => unknown[]): unknown[] {
    const answers = this.#answers.get(words) ?? this.#learn(words);
    const key = JSON.stringify(values);
    const known = answers.get(key);
    if (known) return known;
    const rows = ask();
    if (rows.length > 0) answers.set(key, rows);
    return rows;
  }

  /** Takes note of a statement that writes. What it changes is forgotten when it is committed. */
  noteWrite(words: string): void {
    const table = TABLE_WRITTEN.exec(words)?.[1];
    if (table === undefined || this.#tables.has(table)) this.#isOutdated = true;
  }

  /** To be called right before each commit, with no question in between. */
  beforeCommit(): void {
    if (this.#isOutdated) this.#forget();
  }

  /** Takes note of SQLite's `data_version`, which changes when another connection or process has committed. */
  follow(version: unknown): void {
    if (version !== this.#foreignVersion) this.#forget();
    this.#foreignVersion = version;
  }

  #learn(words: string): Map<string, unknown[]> {
    const answers = new Map<string, unknown[]>();
    this.#answers.set(words, answers);
    // Columns have names that no table has, so that to watch every name does no harm.
    for (const [, name = ''] of words.matchAll(NAMES)) this.#watch(name);
    return answers;
  }

  #watch(table: string): void {
    if (this.#tables.has(table)) return;
    this.#tables.add(table);
    for (const parent of this.#parentsOf(table)) this.#watch(parent);
  }

  #forget(): void {
    this.#isOutdated = false;
    for (const answers of this.#answers.values()) answers.clear();
  }
}
