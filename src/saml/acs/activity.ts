import type { LoginActivity } from '../../store/loginActivity.ts';
import type { LoginContext } from '../verify/check.ts';
import { providerStatusOf } from '../verify/contentChecks.ts';
import { claimedRequestId } from '../verify/message.ts';
import { allResults } from '../verify/pipeline.ts';
import type { LoginResult } from './receive.ts';

const LONGEST_NAME = 256;

/** Returns the row of Login activity for a login: who, from where, every check, and the reason if it was refused. Never the message itself. */
export function activityRow(
  login: LoginContext,
  result: LoginResult,
  client: { network: string; userAgent: string },
): LoginActivity {
  const { root, refusal, provider, user, assertedName } = login;
  return {
    id: result.activityId,
    reference: result.ok ? null : result.reference,
    at: login.now,
    flow: result.test ? 'test' : root && claimedRequestId(root) !== undefined ? 'sp' : 'idp',
    outcome: !result.ok ? 'refused' : result.test ? 'tested' : 'logged_in',
    reason: result.ok ? null : result.reason,
    domainId: login.domainId,
    providerId: provider?.id ?? null,
    userId: user?.id ?? null,
    asserted: assertedName?.slice(0, LONGEST_NAME) ?? null,
    network: client.network,
    detail: {
      checks: allResults(login),
      providerStatus: root && refusal?.reason === 'provider_status' ? providerStatusOf(root) : undefined,
      userAgent: client.userAgent,
    },
  };
}
