import type { LoginActivity, NewLoginActivity, ShownCheck, StoredCheck } from '../../store/loginActivity.ts';
import { attributeOf } from '../../xml/tree.ts';
import { everyCheck } from '../everyCheck.ts';
import { allLogoutChecks } from '../logout/pipeline.ts';
import { type CheckResult, found, type LoginContext } from '../verify/check.ts';
import { providerStatusOf } from '../verify/contentChecks.ts';
import { allChecks } from '../verify/pipeline.ts';
import { arrivedFacts } from './arrived.ts';
import type { LoginResult } from './receive.ts';

const LONGEST_NAME = 256;

const checkNames = new Map(everyCheck.map(({ number, name }) => [number, name]));
const checkNumbers = new Map(everyCheck.map(({ number, name }) => [name, number]));

type Client = { network: string; userAgent: string; tookMs?: number };

/** Returns the row of Login activity for a login: who, from where, every check, and the reason if it was refused. Never the message itself. */
export function activityRow(login: LoginContext, result: LoginResult, client: Client): NewLoginActivity {
  const outcome = !result.ok
    ? (result.healed ?? 'refused')
    : result.asksToSwitch
      ? 'asked'
      : result.checksCookies
        ? 'no_cookies' // until the browser returns one
        : 'logged_in';
  const reference = result.ok ? null : result.reference;
  return { ...rowOf(login, client), id: result.activityId, reference, flow: flowOf(login), outcome };
}

/** Returns the row of Login activity for the result of a Test login. It says also what arrived if the test passed, and what was tested. */
export function testRow(
  login: LoginContext,
  { id, reference }: { id: string; reference: string },
  client: Client,
): NewLoginActivity {
  const { refusal, test, provider } = login;
  const outcome = refusal ? 'refused' : 'tested';
  const { providerId, draft } = found(test);
  const row = rowOf(login, client);
  const detail = { ...row.detail, arrived: arrivedFacts(login), testOf: draft.name };
  return {
    ...row,
    id,
    reference: refusal ? reference : null,
    flow: 'test',
    outcome,
    providerId: provider ? providerId : null,
    detail,
  };
}

function rowOf(login: LoginContext, client: Client): Omit<NewLoginActivity, 'id' | 'reference' | 'flow' | 'outcome'> {
  const { root, refusal, provider, user, assertedName } = login;
  return {
    at: login.now,
    reason: refusal?.reason ?? null,
    domainId: login.domainId,
    providerId: provider?.id ?? null,
    userId: user?.id || null,
    asserted: shortName(assertedName),
    network: client.network,
    detail: {
      checks: storedChecks(login.results),
      providerStatus: root && refusal?.reason === 'provider_status' ? providerStatusOf(root) : undefined,
      userAgent: client.userAgent,
      arrived: refusal && arrivedFacts(login),
      waitedMs: waitedMs(login),
      tookMs: client.tookMs,
    },
  };
}

/** Returns the name that a provider uses for a person as Login activity stores it. */
export function shortName(name: string | undefined): string | null {
  return name?.slice(0, LONGEST_NAME) ?? null;
}

/** Returns the time that the person spent at the provider, if the login request that the response names was sent here. */
function waitedMs({ claimedRequest, domainId, now }: LoginContext): number | undefined {
  return claimedRequest?.domainId === domainId ? now - claimedRequest.createdAt : undefined;
}

/** Returns how the login started, as far as the response tells: it is not verified. */
function flowOf({ root, domainId, claimedRequest }: LoginContext): string {
  if (!root || !attributeOf(root, 'InResponseTo')) return 'idp';
  if (claimedRequest?.domainId !== domainId) return 'sp';
  if (claimedRequest.restarted === 1) return 'again';
  return claimedRequest.automatic === 1 ? 'auto' : 'sp';
}

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
