import { EMAIL_IS_USER_NAME, USER_NAME_IS_EMAIL } from './sharedLoginNames.ts';

const SQLITE_CONSTRAINT_UNIQUE = 2067;
const SQLITE_CONSTRAINT_PRIMARYKEY = 1555;
const POSTGRES_UNIQUE_VIOLATION = '23505';

/** Returns whether an error is a violation of a unique constraint, or of the rule about user names and e-mail addresses. */
export function isUniqueViolation(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, errcode } = error as { code?: unknown; errcode?: unknown };
  if (code === POSTGRES_UNIQUE_VIOLATION || sharedLoginName(error)) return true;
  return errcode === SQLITE_CONSTRAINT_UNIQUE || errcode === SQLITE_CONSTRAINT_PRIMARYKEY;
}

/** Returns whether a user name or an e-mail address was refused because it is the other one of another person. */
export function sharedLoginName(error: unknown): 'userName' | 'email' | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error.message === USER_NAME_IS_EMAIL) return 'userName';
  return error.message === EMAIL_IS_USER_NAME ? 'email' : undefined;
}
