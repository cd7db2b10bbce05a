import type { Request } from 'express';
import type { Deps } from '../deps.ts';
import { isId } from '../identifier.ts';
import { findLoginTest, type LoginTest } from '../store/loginTests.ts';
import { isStarter } from '../web/starter.ts';

/** Finds the Test login with an ID that this Power User started. */
export async function findOwnTest({ store }: Deps, req: Request, id: string): Promise<LoginTest | undefined> {
  const test = isId(id) ? await findLoginTest(store.db, id) : undefined;
  return test && isStarter(req, test) ? test : undefined;
}
