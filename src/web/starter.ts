import type { Request } from 'express';
import type { Deps } from '../deps.ts';
import { findVisit } from '../federation/providerSetups/visit.ts';
import type { LoginTest } from '../store/loginTests.ts';
import { visitorOf } from './setupVisitor.ts';

/** Returns whether a request comes from the Power User who started a Test login. What the command line started is for all of them. */
export function isStarter({ user }: Request, { starter }: Pick<LoginTest, 'starter'>): boolean {
  if (user?.userType !== 'Power User') return false;
  return starter === 'commandLine' || starter === `person:${user.id}`;
}

/** Returns whether a request comes from who started a Test login: a Power User, or the visitor of a provider setup link that is valid. */
export async function isOwnTest(
  deps: Deps,
  req: Request,
  test: Pick<LoginTest, 'starter' | 'domainId'>,
): Promise<boolean> {
  const link = linkOf(test.starter);
  if (link === undefined) return isStarter(req, test);
  return typeof (await findVisit(deps, test.domainId, link, visitorOf(req, link))) !== 'string';
}

/** Returns the ID of the provider setup link whose visitor started a Test login. */
export function linkOf(starter: LoginTest['starter']): string | undefined {
  return /^link:(.+)$/.exec(starter)?.[1];
}
