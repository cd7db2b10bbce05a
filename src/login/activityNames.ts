/** How a login attempt ended. */
export const outcomeNames: Record<string, string> = {
  logged_in: 'Logged in',
  refused: 'Refused',
  tested: 'Test succeeded',
  asked: 'Not continued',
  no_cookies: 'Cookies blocked',
  started_again: 'Started again',
  continued: 'Already logged in',
};

/** How a login started. */
export const flowNames: Record<string, string> = {
  sp: 'with the button',
  auto: 'Auto Login',
  again: 'started again',
  idp: 'from the provider’s tile',
  local: 'with a password',
  test: 'Test login',
};
