import { withProvider } from './reasons.ts';

/** A refusal as the person who tried to log in reads it. No SAML terms. `{provider}` stands for the provider's name. */
export type RefusalMessage = { title: string; text: string };

const ASK_ADMINISTRATOR = 'Ask your administrator and give them the reference below.';

/**
 * Returns the message of the page that follows a refused login through a provider.
 * @param providerName undefined if the provider is unknown
 * @param cause what exactly was wrong, if it is known
 */
export function refusalMessage(reason: string, providerName: string | undefined, cause?: string): RefusalMessage {
  // The person did start at the intranet: only the provider left that out.
  const { title, text } = (cause === 'in_response_to_missing' ? undefined : messages.get(reason)) ?? otherwise;
  return { title: withProvider(title, providerName), text: withProvider(text, providerName) };
}

/** Returns the error above the form of the local login. */
export function localRefusalMessage(reason: string): string {
  return localMessages.get(reason) ?? 'The login failed. Ask your administrator.';
}

/** Returns the message of the page that follows a refused message of single logout. @param message LogoutRequest or LogoutResponse */
export function logoutRefusalMessage(providerName: string | undefined, message: string | undefined): RefusalMessage {
  const text =
    message === 'LogoutResponse'
      ? 'The intranet could not use the confirmation from {provider}. You may still be logged in there.'
      : 'The intranet could not use the message from {provider}. You may still be logged in to the intranet.';
  const title = message === 'LogoutResponse' ? 'Your logout is not confirmed' : 'The logout failed';
  return { title, text: withProvider(text, providerName) };
}

const WRONG = 'Wrong user name or password. Check both and try again.';

const localMessages = new Map([
  ['password_wrong', WRONG],
  ['local_login_forbidden', WRONG], // guessing must not reveal that the name exists
  ['too_many_failures', 'Too many attempts. Wait 15 minutes and try again.'],
  ['second_factor_wrong', 'This code is wrong or was used before. Enter the one that is shown now.'],
  [
    'too_many_codes',
    'There were too many wrong codes, so codes of the app are blocked for 15 minutes. Passkeys and recovery codes still work. If you did not enter the wrong codes, someone knows your password: change it.',
  ],
  ['passkey_unknown', 'This passkey does not work here. Use another one, or your user name and password.'],
  ['passkey_invalid', 'The passkey was not accepted. Try again.'],
  ['passkey_copied', 'This passkey was not accepted, because there may be a copy of it. Ask your administrator.'],
  ['person_deactivated', 'Your account is deactivated. Ask your administrator.'],
  [
    'person_not_intranet_user',
    'You are in the People Directory, but you do not have access to the intranet. Ask your administrator.',
  ],
]);

const otherwise: RefusalMessage = {
  title: 'The login failed',
  text: `The intranet could not accept the login from {provider}. ${ASK_ADMINISTRATOR}`,
};

const messages = new Map<string, RefusalMessage>(
  Object.entries({
    provider_status: {
      title: '{provider} did not log you in',
      text: `You may not have access to the intranet, or the login was cancelled. ${ASK_ADMINISTRATOR}`,
    },
    person_unknown: {
      title: 'You are not in the People Directory yet',
      text: `{provider} logged you in, but the intranet does not know you. ${ASK_ADMINISTRATOR}`,
    },
    person_ambiguous: {
      title: 'More than one person matches',
      text: `{provider} logged you in, but several people in the intranet match your name. ${ASK_ADMINISTRATOR}`,
    },
    required_value_missing: {
      title: 'You do not have access to the intranet',
      text: `{provider} logged you in, but did not say that you may use the intranet. ${ASK_ADMINISTRATOR}`,
    },
    person_deactivated: {
      title: 'Your account is deactivated',
      text: `{provider} logged you in, but your account in the intranet is deactivated. ${ASK_ADMINISTRATOR}`,
    },
    person_not_intranet_user: {
      title: 'You do not have access to the intranet',
      text: `{provider} logged you in. You are in the People Directory, but without access to the intranet. ${ASK_ADMINISTRATOR}`,
    },
    saml_login_forbidden: {
      title: 'You log in with a password here',
      text: `{provider} logged you in, but your account in the intranet is set to a user name and password. Use these, or ask your administrator.`,
    },
    email_domain_forbidden: {
      title: '{provider} may not log you in here',
      text: `{provider} logged you in, but people with your e-mail address log in here in another way. ${ASK_ADMINISTRATOR}`,
    },
    request_unknown: {
      title: 'This login has expired',
      text: 'It was used before, or took longer than ten minutes. Log in again.',
    },
    request_other_browser: {
      title: 'This login was started in another browser',
      text: 'Log in again in this browser, and allow cookies for the intranet.',
    },
    assertion_replayed: {
      title: 'This login was used before',
      text: 'Log in again.',
    },
    session_logged_out: {
      title: 'You are logged out',
      text: 'You were logged out at {provider} in the meantime. Log in again.',
    },
    idp_initiated_forbidden: {
      title: 'Start at the intranet',
      text: 'You cannot open the intranet from {provider}. Open the intranet and log in there.',
    },
    provider_disabled: {
      title: '{provider} is disabled',
      text: `The intranet does not accept logins through {provider} at the moment. ${ASK_ADMINISTRATOR}`,
    },
  }),
);
