import { isProof, proofNames } from './proof.ts';

/** How a login attempt ended. */
export const outcomeNames: Record<string, string> = {
  logged_in: 'Logged in',
  refused: 'Refused',
  tested: 'Test succeeded',
  asked: 'Not continued',
  second_step: 'Second factor missing',
  no_cookies: 'Cookies blocked',
  started_again: 'Started again',
  continued: 'Already logged in',
  logged_out: 'Logged out',
  logout_partly: 'Logged out in part',
  logout_failed: 'Not logged out at the provider',
  logout_sent: 'Logout not confirmed',
  logout_refused: 'Logout refused',
};

/** How a login started. */
const flowNames: Record<string, string> = {
  sp: 'with the button',
  auto: 'Auto Login',
  again: 'started again',
  idp: 'from the provider’s tile',
  local: 'with a password',
  test: 'Test login',
  logout: 'single logout',
};

/** Returns how a login started, and for a local one how the person proved, or tried to prove, who they are. */
export function startedText({ flow, detail }: { flow: string; detail: { proof?: string | undefined } }): string {
  if (isProof(detail.proof)) return `with ${proofNames[detail.proof].toLowerCase()}`;
  return flowNames[flow] ?? flow;
}
