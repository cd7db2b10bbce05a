import type { Request } from 'express';
import type { Deps } from '../../deps.ts';
import { Conflict } from '../../errors.ts';
import { getDomain } from '../../federation/domains.ts';
import { startTest } from '../../federation/loginTests.ts';
import { changeProvider, type ProviderInput, providerInputOf, withInput } from '../../federation/providers.ts';
import { ACTIVITY, importPath, providerPath } from '../../paths.ts';
import { findProvider } from '../../store/identityProviders.ts';
import type { LoginActivity } from '../../store/loginActivity.ts';
import type { LoginTest } from '../../store/loginTests.ts';
import { flash } from '../../web/flash.ts';
import { withQuery } from '../../web/query.ts';
import { findRepairs } from './repair.ts';

const CHANGED = 'Nothing was changed: the settings or people have changed since. Check this page again.';

/**
 * Does what a button proposed, and nothing else: settings or people may have changed since. Saves it for a login; for a Test login it is
 * filled in on the form, where it can be tested again and saved. Returns the path of the next page.
 * @param preview of the repair that was selected
 */
export async function applyRepair(
  deps: Deps,
  req: Request,
  attempt: LoginActivity,
  test: LoginTest | undefined,
  preview: string,
): Promise<string> {
  const here = `${ACTIVITY}/${attempt.id}`;
  const saved = attempt.providerId === null ? undefined : await findProvider(deps.store.db, attempt.providerId);
  const provider = test?.draft ?? saved;
  const shown = (await findRepairs(deps, attempt, provider)).find((repair) => repair.preview === preview);
  const input = provider && shown && { ...providerInputOf(provider), ...shown.change };
  if (input && test) return filledIn(deps, test, input);
  const changed = input && (await changeProvider(deps, provider.id, input));
  if (changed?.ok) await flash(req, `${changed.value.name} was saved: ${shown?.button}.`);
  else await flash(req, CHANGED, 'info');
  return here;
}

async function filledIn(deps: Deps, test: LoginTest, input: ProviderInput): Promise<string> {
  const changed = withInput(test.draft, input);
  if (!changed.ok) throw new Conflict(CHANGED);
  const tested = { draft: changed.value, providerId: test.providerId, importId: test.importId ?? undefined };
  const domain = await getDomain(deps.store.db, test.domainId);
  return formPath(await startTest(deps, domain, test.starter, tested));
}

/** Returns the path of the form that a Test login was started on, with what was on it. */
export function formPath({ id, domainId, providerId, importId }: LoginTest): string {
  const form = importId === null ? providerPath(domainId, providerId ?? '') : importPath(domainId, importId);
  return withQuery(form, { test: id });
}
