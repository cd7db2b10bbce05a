/** Yields the objects of an export in NDJSON. */
export async function* arrayOf(parts: AsyncIterable<string>): AsyncIterable<unknown> {
  for await (const part of trimmed(parts)) for (const line of part.split('\n')) yield JSON.parse(line);
}

/** Yields the parts of an export, which have several lines, without the end of the last one. */
export async function* trimmed(parts: AsyncIterable<string>): AsyncIterable<string> {
  for await (const part of parts) yield part.replace(/\n$/, '');
}
