/** Rows in columns that line up, below their titles. Without a row it is the sentence in `empty`. */
export function table(titles: string[], rows: string[][], empty: string): string {
  if (rows.length === 0) return empty;
  const lines = [titles, ...rows].map((row) => row.map(printable));
  const widths = titles.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Names and values, one below the other. */
export function list(entries: [string, string][]): string {
  const width = Math.max(...entries.map(([name]) => name.length));
  return entries.map(([name, value]) => `${name.padEnd(width)}  ${printable(value)}`.trimEnd()).join('\n');
}

/** Text from elsewhere must not steer the terminal. */
function printable(text: string): string {
  return text.replace(/\p{Cc}|\p{Cf}/gu, '\u{fffd}');
}
