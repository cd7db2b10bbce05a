import { type RawBuilder, sql } from 'kysely';
import type { Engine } from '../../db/open.ts';
import { caseKey } from '../../store/caseKey.ts';
import { badRequest } from '../http/errors.ts';
import type { AttributePath, Comparator, Filter, FilterValue } from './filter.ts';
import { printPath } from './filter.ts';
import type { Target } from './target.ts';

type Condition = RawBuilder<boolean>;

/**
 * One comparison of a filter as a condition on the place where the value is (RFC 7644 3.4.2.2).
 * @throws ScimError invalidFilter where the value is of another type, or cannot be compared so
 */
export function testTarget(
  engine: Engine,
  target: Target,
  filter: Filter & { kind: 'present' | 'compare' },
): Condition {
  if (filter.kind === 'present') return sql`${target.value} is not null`;
  const { comparator, value } = filter;
  if (value === null) {
    if (comparator === 'eq') return sql`${target.value} is null`;
    if (comparator === 'ne') return sql`${target.value} is not null`;
    throw badRequest('invalidFilter', 'null can only be compared with eq and ne.');
  }
  if (target.kind === 'flag') return testFlag(target, comparator, value, filter.path);
  if (target.kind === 'time') return testTime(target, comparator, value, filter.path);
  if (typeof value !== 'string') throw wrongType(filter.path, 'a string');
  return testText(engine, target, comparator, value);
}

function testFlag(
  { value: column }: Target,
  comparator: Comparator,
  value: FilterValue,
  path: AttributePath,
): Condition {
  const word = String(value).toLowerCase();
  if (word !== 'true' && word !== 'false') throw wrongType(path, 'true or false');
  if (comparator !== 'eq' && comparator !== 'ne')
    throw badRequest('invalidFilter', `${printPath(path)} can only be compared with eq and ne.`);
  // 1 and 0 in columns and in SQLite's JSON, true and false in PostgreSQL's.
  const isTrue = sql<boolean>`coalesce(cast(${column} as text), 'false') in ('1', 'true')`;
  return (word === 'true') === (comparator === 'eq') ? isTrue : sql`not ${isTrue}`;
}

function testTime(
  { value: column }: Target,
  comparator: Comparator,
  value: FilterValue,
  path: AttributePath,
): Condition {
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  const sign = signs[comparator];
  if (Number.isNaN(time) || !sign) throw wrongType(path, 'a date and time, compared with eq, ne, gt, ge, lt or le');
  return sql`${column} ${sql.raw(sign)} ${time}`;
}

const signs: Partial<Record<Comparator, string>> = { eq: '=', ne: '<>', gt: '>', ge: '>=', lt: '<', le: '<=' };

function testText(engine: Engine, target: Target, comparator: Comparator, given: string): Condition {
  const text = textOf(engine, target);
  // What is asked for is folded as what is stored is: by the database, but for the columns that hold their key.
  const wanted = target.folded ? sql`${caseKey(given)}` : target.exact ? sql`${given}` : sql`lower(${given})`;
  const length = sql`length(${wanted})`;
  switch (comparator) {
    case 'eq':
      return sql`${text} = ${wanted}`;
    case 'ne':
      return sql`(${text} is null or ${text} <> ${wanted})`;
    case 'co':
      return engine === 'sqlite' ? sql`instr(${text}, ${wanted}) > 0` : sql`strpos(${text}, ${wanted}) > 0`;
    case 'sw':
      if (target.folded) return sql`(${text} >= ${wanted} and ${text} < ${`${caseKey(given)}\u{10ffff}`})`;
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

/** The text as it is compared: folded where case does not matter, and byte by byte on both engines. */
export function textOf(engine: Engine, { value, exact, folded }: Target): RawBuilder<unknown> {
  if (folded) return folded;
  const bytes = engine === 'postgres' ? sql` collate "C"` : sql``;
  return exact ? sql`${value}${bytes}` : sql`lower(${value})${bytes}`;
}

function wrongType(path: AttributePath, wanted: string): Error {
  return badRequest('invalidFilter', `${printPath(path)} is compared with ${wanted}.`);
}
