// A separator, what spreadsheets skip, and then what starts a formula.
const INNER_FORMULA = /([;\t\r\n]["' ]*)(?=[=+\-@＝＋－＠])/g;
const ESCAPED_FORMULA = /([;\t\r\n]["' ]*)'(?=[=+\-@＝＋－＠])/g;

/**
 * Options of csv-stringify for files that are opened in a spreadsheet, which runs what starts with a formula character. Every cell is quoted,
 * and gets an apostrophe if it starts with one. Quotes do not help if the spreadsheet expects another separator than the comma: it then
 * splits a cell at the semicolon, so a formula behind a separator gets an apostrophe too.
 */
export const spreadsheet = {
  header: true,
  quoted: true,
  quoted_empty: true,
  escape_formulas: true,
  cast: { string: (text: string) => text.replace(INNER_FORMULA, "$1'") },
};

/** Returns the text of a cell without the apostrophes that an export writes before formulas. */
export function withoutApostrophes(cell: string): string {
  return cell.replace(/^'(?=[=+\-@\t\r＝＋－＠])/, '').replace(ESCAPED_FORMULA, '$1');
}
