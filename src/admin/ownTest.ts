import type { Request } from 'express';
import type { Deps } from '../deps.ts';
import { findLoginTest, type LoginTest } from '../store/loginTests.ts';
import { isStarter } from '../web/starter.ts';

const ID = /^[0-9a-f-]{36}$/;

/** Finds the Test login with an ID that this Power User started. */
export async function findOwnTest({ store }: Deps, req: Request, id: string): Promise<LoginTest | undefined> {
  const test = ID.test(id) ? await findLoginTest(store.db, id) : undefined;
  return test && isStarter(req, test) ? test : undefined;
}
