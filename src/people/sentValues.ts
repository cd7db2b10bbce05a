import { type Checked, type FieldErrors, invalid } from '../errors.ts';
import type { AttributeList, UserAttributes } from './attribute.ts';
import { type Cells, headerOfField, withCells } from './csv.ts';
import { readPersonInput } from './form.ts';

/** A person with values from another system, and why some of these were left out, by the column. */
export type WithSent = { person: UserAttributes; leftOut: FieldErrors };

/**
 * Returns a person with the cells of a line written over them. A cell that is no value of its attribute is left out, so that one bad
 * value does not lose the others. Errors are those of a person who is invalid without any cell.
 */
export function withSentCells(before: UserAttributes, cells: Cells, attributes: AttributeList): Checked<WithSent> {
  const read = readPersonInput(withCells(before, cells, attributes), before, attributes);
  if (read.ok) return { ok: true, value: { person: read.value, leftOut: {} } };
  const faults = Object.entries(read.errors).map(([field, error]) => [field.split('.')[0] ?? '', error] as const);
  const faulty = new Map(faults);
  const names = headerNames(attributes);
  const kept = Object.entries(cells).filter(([header]) => !faulty.has(names.get(header) ?? ''));
  if (kept.length === Object.keys(cells).length) return invalid(read.errors);
  const rest = withSentCells(before, Object.fromEntries(kept), attributes);
  if (!rest.ok) return invalid({ ...read.errors, ...rest.errors });
  const leftOut = faults.map(([name, error]) => [headerOfField(name, attributes), error]);
  return { ok: true, value: { ...rest.value, leftOut: { ...rest.value.leftOut, ...Object.fromEntries(leftOut) } } };
}

/** Returns the name of the attribute of each column. */
function headerNames(attributes: AttributeList): Map<string, string> {
  return new Map(attributes.flatMap(({ name, csv }) => csv.map(({ header }) => [header, name] as const)));
}
