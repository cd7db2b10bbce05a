import type { Request } from 'express';
import type { Deps } from '../../deps.ts';
import { getDomain } from '../../federation/domains.ts';
import { rememberPassed } from '../../federation/loginTests.ts';
import { newId, newReference } from '../../identifier.ts';
import { clientNetwork } from '../../network.ts';
import { insertLoginActivity, recordRefusal } from '../../store/loginActivity.ts';
import { writeLoginMessages } from '../../store/loginMessages.ts';
import { consumeLoginRequest } from '../../store/loginRequests.ts';
import { type LoginTest, writeTestResult } from '../../store/loginTests.ts';
import { clientOf } from '../../web/request.ts';
import { linkOf } from '../../web/starter.ts';
import { messagesToKeep } from '../messages/keep.ts';
import { found, hasPassed, type LoginContext, runAsyncChecks } from '../verify/check.ts';
import { loginChecks } from '../verify/pipeline.ts';
import { testRow } from './activity.ts';

const REQUEST = 'Login request of this browser'; // the check that uses up the login request

/** A SAML response that belongs to a Test login, at the domain with this URL. It starts no session. */
export type TestedLogin = { test: LoginTest; url: string };

/**
 * Finishes a Test login: runs the last checks, uses up its login request and records the result. Only the first response counts; another
 * one is recorded as refused, and changes neither the result nor anything else.
 */
export async function finishTest(deps: Deps, req: Request, login: LoginContext, test: LoginTest): Promise<TestedLogin> {
  const { people, assertedName } = await matched(deps, login);
  const ids = { id: newId(deps), reference: newReference(deps) };
  const messages = await messagesToKeep(deps, login);
  return deps.store.db.transaction().execute(async (trx) => {
    // The transaction may run again.
    const used = { ...login, results: [...login.results], ...(assertedName === undefined ? {} : { assertedName }) };
    await runAsyncChecks(used, loginChecks.use, { db: trx, deps });
    const isFirst =
      hasPassed(used, REQUEST) || (await consumeLoginRequest(trx, found(test.requestId ?? undefined), used.now));
    const row = testRow(used, ids, { ...clientOf(req), tookMs: deps.now() - used.now });
    const domain = await getDomain(trx, test.domainId);
    if (!isFirst) await recordRefusal(trx, row, clientNetwork(row.network ?? ''));
    else {
      await insertLoginActivity(trx, row);
      if (messages !== undefined) await writeLoginMessages(trx, row.id, messages);
      await writeTestResult(
        trx,
        test.id,
        row.id,
        people.map((person) => person.id),
      );
      // A visitor's provider signs whatever it likes: a Power User tests again what they have approved.
      const isOurs = linkOf(test.starter) === undefined;
      if (!used.refusal && isOurs) await rememberPassed(trx, domain, found(used.provider), used.now);
    }
    return { test, url: domain.url };
  });
}

/** Matches people also if an earlier check failed, once the assertion is verified. */
async function matched(deps: Deps, { refusal, ...login }: LoginContext): Promise<LoginContext> {
  const sought: LoginContext = { ...login, people: [], results: [] };
  if (login.content) await runAsyncChecks(sought, loginChecks.match, deps);
  return sought;
}
