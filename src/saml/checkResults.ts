import type { LoginActivity, ShownCheck, StoredCheck } from '../store/loginActivity.ts';
import { allLogoutChecks } from './logout/pipeline.ts';
import { type CheckResult, found } from './verify/check.ts';
import { allChecks } from './verify/pipeline.ts';

/** The checks of logins and of logouts. Their names are unique, and so are their numbers. */
export const everyCheck = [...allChecks, ...allLogoutChecks];

const checkNames = new Map(everyCheck.map(({ number, name }) => [number, name]));
const checkNumbers = new Map(everyCheck.map(({ number, name }) => [name, number]));

/** Returns the checks of an attempt, in order: those that ran and, after one that failed, those that were not reached. */
export function checksOf({ flow, detail: { checks = [] } }: Pick<LoginActivity, 'flow' | 'detail'>): ShownCheck[] {
  const shown = checks.map(fromStored);
  if (shown.at(-1)?.result !== 'refused') return shown;
  const ran = new Set(shown.map(({ name }) => name));
  const others = (flow === 'logout' ? allLogoutChecks : allChecks).filter(({ name }) => !ran.has(name));
  return [...shown, ...others.map(({ name }) => ({ name, result: 'not_reached' }) as const)];
}

/** Returns the number of a check by its name; undefined for a name of a trial version. */
export function checkNumber(name: string): number | undefined {
  return checkNumbers.get(name);
}

/** Returns the results of checks as they are stored: by number, and those that passed without a detail by the number alone. */
export function storedChecks(results: readonly CheckResult[]): StoredCheck[] {
  return results.map(toStored);
}

function toStored({ result, name, ...facts }: CheckResult): StoredCheck {
  const number = found(checkNumbers.get(name));
  if (result === 'refused') return { number, ...facts };
  return facts.detail === undefined ? number : [number, facts.detail];
}

function fromStored(check: StoredCheck): ShownCheck {
  if (typeof check === 'number') return { name: nameOf(check), result: 'passed' };
  if (Array.isArray(check)) return { name: nameOf(check[0]), result: 'passed', ...(check[1] && { detail: check[1] }) };
  if ('name' in check) return check;
  const { number, ...facts } = check;
  return { name: nameOf(number), result: 'refused', ...facts };
}

function nameOf(key: number | string): string {
  return typeof key === 'string' ? key : (checkNames.get(key) ?? `Check ${key}`);
}
