import type { Request } from 'express';
import type { LoginTest } from '../store/loginTests.ts';

/** Returns whether a request comes from who started a Test login. What the command line started is for every Power User. */
export function isStarter({ user }: Request, { starter }: Pick<LoginTest, 'starter'>): boolean {
  if (user?.userType !== 'Power User') return false;
  return starter === 'commandLine' || starter === `person:${user.id}`;
}
