import { text } from './options.ts';

/** How many rows a list shows without --limit, and at most. */
export const LISTED = 50;
export const MAX_LISTED = 10_000;

const AT_ONCE = 500;

/** The filters that lists of the past have in common. */
export const rangeOptions = {
  network: text('NETWORKS', 'From these addresses or networks, such as 10.0.0.0/8,2001:db8::/32.'),
  from: text('TIME', 'From this day or time on, such as 2026-03-02 or 2026-03-02T09:30 (UTC).'),
  until: text('TIME', 'Up to and including this day or minute (UTC).'),
};

/** Returns the filters in the options as a screen gets them: '' is none. `q` is called --search. */
export function enteredIn<Name extends string>(
  names: readonly Name[],
  options: Record<string, unknown>,
): Record<Name, string> {
  const entered = names.map((name) => [name, String(options[name === 'q' ? 'search' : name] ?? '').trim()]);
  return Object.fromEntries(entered);
}

/** Returns the option of a filter, for its error. */
export function filterOption(name: string): string {
  return `--${name === 'q' ? 'search' : name}`;
}

/** Returns the newest rows. A command has the time to search everything, page after page. */
export async function newest<Row>(
  limit: number,
  list: (page: { limit: number; before: string | undefined }) => Promise<{ rows: Row[]; next?: string | undefined }>,
): Promise<Row[]> {
  const rows: Row[] = [];
  let before: string | undefined;
  do {
    const page = await list({ limit: Math.min(AT_ONCE, limit - rows.length), before });
    for (const row of page.rows) rows.push(row);
    before = page.next;
  } while (before !== undefined && rows.length < limit);
  return rows;
}

/** Returns an export as output: with --json one array of the objects that `ndjson` yields, otherwise its lines. */
export function exported(ndjson: AsyncIterable<string>, lines: AsyncIterable<string>) {
  return { rows: arrayOf(ndjson), lines: trimmed(lines) };
}

async function* arrayOf(parts: AsyncIterable<string>): AsyncIterable<unknown> {
  for await (const part of trimmed(parts)) for (const line of part.split('\n')) yield JSON.parse(line);
}

/** Yields the parts of an export, which have several lines, without the end of the last one. */
async function* trimmed(parts: AsyncIterable<string>): AsyncIterable<string> {
  for await (const part of parts) yield part.replace(/\n$/, '');
}
