import { type RawBuilder, sql } from 'kysely';
import type { Engine } from '../../db/open.ts';
import { caseKey } from '../../store/caseKey.ts';
import { composed } from '../../store/loginName.ts';
import { badRequest } from '../http/errors.ts';
import { type AttributePath, type Comparator, type Filter, printPath } from './filter.ts';
import type { Operand } from './operand.ts';

export type Condition = RawBuilder<boolean>;

/** A filter of a single attribute. */
export type Leaf = Filter & { kind: 'present' | 'compare' };
type Comparison = Filter & { kind: 'compare' };

const signs: Partial<Record<Comparator, string>> = { eq: '=', ne: '<>', gt: '>', ge: '>=', lt: '<', le: '<=' };

/**
 * Translates one comparison to SQL (RFC 7644 3.4.2.2).
 * @throws ScimError invalidFilter if the value has another type or the operator does not apply
 */
export function compareSql(engine: Engine, operand: Operand, filter: Leaf): Condition {
  if (filter.kind === 'present') return sql`${operand.value} is not null`;
  const { comparator, value } = filter;
  if (value === null) {
    if (comparator === 'eq') return sql`${operand.value} is null`;
    if (comparator === 'ne') return sql`${operand.value} is not null`;
    throw badRequest('invalidFilter', 'null can only be compared with eq and ne.');
  }
  if (operand.kind === 'flag') return compareFlag(operand, filter);
  if (operand.kind === 'time') return compareTime(operand, filter);
  if (operand.kind === 'number') return compareNumber(operand, filter);
  return compareText(engine, operand, filter);
}

/** Returns a text operand as it is compared: folded if case does not matter, and in byte order on both engines. */
export function comparableText(engine: Engine, { value, exact, folded }: Operand): RawBuilder<unknown> {
  if (folded) return folded;
  const bytes = engine === 'postgres' ? sql` collate "C"` : sql``;
  return exact ? sql`${value}${bytes}` : sql`lower(${value})${bytes}`;
}

function compareFlag({ value: column }: Operand, { path, comparator, value }: Comparison): Condition {
  const text = String(value).toLowerCase();
  if (text !== 'true' && text !== 'false') throw wrongType(path, 'true or false');
  if (comparator !== 'eq' && comparator !== 'ne') throw wrongType(path, 'eq and ne');
  // Columns and SQLite's JSON have 1 and 0, PostgreSQL's JSON true and false.
  const isTrue = sql<boolean>`coalesce(cast(${column} as text), 'false') in ('1', 'true')`;
  return (text === 'true') === (comparator === 'eq') ? isTrue : sql`not ${isTrue}`;
}

function compareTime({ value: column }: Operand, { path, comparator, value }: Comparison): Condition {
  const time = typeof value === 'string' && /^\d{4}-/.test(value) ? Date.parse(value) : Number.NaN;
  const sign = signs[comparator];
  if (Number.isNaN(time) || !sign) throw wrongType(path, 'a date and time, using eq, ne, gt, ge, lt or le');
  return sql`${column} ${sql.raw(sign)} ${time}`;
}

function compareNumber({ value: column }: Operand, { path, comparator, value }: Comparison): Condition {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
  const sign = signs[comparator];
  if (!Number.isFinite(number) || !sign) throw wrongType(path, 'a number, using eq, ne, gt, ge, lt or le');
  const condition = sql<boolean>`${column} ${sql.raw(sign)} ${number}`;
  return comparator === 'ne' ? sql`(${column} is null or ${condition})` : condition;
}

function compareText(engine: Engine, operand: Operand, { path, comparator, value }: Comparison): Condition {
  if (typeof value !== 'string') throw wrongType(path, 'a string');
  const given = operand.isLoginName ? composed(value) : value;
  const text = comparableText(engine, operand);
  // Folded like the stored value: by caseKey() for columns that hold it, otherwise by the database.
  const wanted = operand.folded ? sql`${caseKey(given)}` : operand.exact ? sql`${given}` : sql`lower(${given})`;
  const length = sql`length(${wanted})`;
  switch (comparator) {
    case 'eq':
      return sql`${text} = ${wanted}`;
    case 'ne':
      return sql`(${text} is null or ${text} <> ${wanted})`;
    case 'co':
      return engine === 'sqlite' ? sql`instr(${text}, ${wanted}) > 0` : sql`strpos(${text}, ${wanted}) > 0`;
    case 'sw':
      if (operand.folded) return sql`(${text} >= ${wanted} and ${text} < ${`${caseKey(given)}\u{10ffff}`})`;
      return sql`substr(${text}, 1, ${length}) = ${wanted}`;
    case 'ew':
      if (given === '') return sql`${text} is not null`;
      return engine === 'sqlite'
        ? sql`substr(${text}, -${length}) = ${wanted}`
        : sql`right(${text}, ${length}) = ${wanted}`;
    default:
      return sql`${text} ${sql.raw(signs[comparator] ?? '=')} ${wanted}`;
  }
}

function wrongType(path: AttributePath, expected: string): Error {
  return badRequest('invalidFilter', `${printPath(path)} can only be compared with ${expected}.`);
}
