import type { NewLoginActivity } from '../../store/loginActivity.ts';
import { attributeOf } from '../../xml/tree.ts';
import { storedChecks } from '../checkResults.ts';
import { found, type LoginContext } from '../verify/check.ts';
import { providerStatusOf } from '../verify/contentChecks.ts';
import { arrivedFacts } from './arrived.ts';
import type { LoginResult } from './receive.ts';

const LONGEST_NAME = 256;

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
