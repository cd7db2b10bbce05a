import { withProvider } from './reasons.ts';

/** What a person reads whose sign-in was refused. No word of SAML. `{provider}` is its name. */
export type RefusalWords = { title: string; text: string };

const ASK_ADMINISTRATOR = 'Please ask your administrator, and give the reference below.';

/**
 * The words of the page after a sign-in through a provider was refused.
 * @param providerName undefined where nobody knows who answered
 */
export function refusalWords(reason: string, providerName: string | undefined): RefusalWords {
  const { title, text } = words.get(reason) ?? otherwise;
  return { title: withProvider(title, providerName), text: withProvider(text, providerName) };
}

/** The sentence above the local log-in after it was refused. */
export function localRefusalText(reason: string): string {
  return localTexts.get(reason) ?? 'The log-in did not work. Please ask your administrator.';
}

const localTexts = new Map([
  ['password_wrong', 'User name and password do not belong together. Check both and try again.'],
  ['too_many_failures', 'There were too many attempts. Wait 15 minutes and try again.'],
  ['person_deactivated', 'Your account is deactivated. Please ask your administrator.'],
  [
    'person_not_intranet_user',
    'You are listed in the People Directory, but without access to the intranet. Please ask your administrator.',
  ],
]);

const otherwise: RefusalWords = {
  title: 'The sign-in did not work',
  text: 'The intranet could not accept the answer of {provider}. Please give your administrator the reference below.',
};

const words = new Map<string, RefusalWords>(
  Object.entries({
    provider_status: {
      title: '{provider} did not sign you in',
      text: `{provider} says that you may not open the intranet, or that the sign-in was cancelled. ${ASK_ADMINISTRATOR}`,
    },
    person_unknown: {
      title: 'You are not in the People Directory yet',
      text: `{provider} signed you in, but the intranet does not know you. ${ASK_ADMINISTRATOR}`,
    },
    person_ambiguous: {
      title: 'More than one person matches',
      text: `{provider} signed you in, but the intranet knows more than one person by this name. ${ASK_ADMINISTRATOR}`,
    },
    person_deactivated: {
      title: 'Your account is deactivated',
      text: `{provider} signed you in, but your account in the intranet is deactivated. ${ASK_ADMINISTRATOR}`,
    },
    person_not_intranet_user: {
      title: 'You may not sign in to the intranet',
      text: `{provider} signed you in. You are listed in the People Directory, but without access to the intranet. ${ASK_ADMINISTRATOR}`,
    },
    email_domain_forbidden: {
      title: '{provider} may not sign you in here',
      text: `{provider} signed you in, but is not the identity provider of your e-mail address. ${ASK_ADMINISTRATOR}`,
    },
    request_unknown: {
      title: 'This sign-in has ended',
      text: 'It was used already, or took longer than ten minutes. Log in again.',
    },
    request_other_browser: {
      title: 'This sign-in began in another browser',
      text: 'Log in again in this one, and allow cookies for the intranet.',
    },
    assertion_replayed: {
      title: 'This sign-in was used already',
      text: 'Log in again.',
    },
    idp_initiated_forbidden: {
      title: 'Start at the intranet',
      text: 'The intranet does not accept a launch from {provider}. Open the intranet and log in there.',
    },
    provider_disabled: {
      title: '{provider} is switched off here',
      text: `The intranet does not accept sign-ins from {provider} at present. ${ASK_ADMINISTRATOR}`,
    },
  }),
);
