/** What a person reads whose sign-in was refused. No word of SAML. */
export type RefusalWords = { title: string; text: string };

const askAdministrator = 'Please ask your administrator, and give the reference below.';

/**
 * The words of the page after a sign-in through a provider was refused.
 * @param providerName undefined where nobody knows who answered
 */
export function refusalWords(reason: string, providerName: string | undefined): RefusalWords {
  const name = providerName ?? 'the identity provider';
  const known = words.get(reason);
  if (known) return known(name);
  return {
    title: 'The sign-in did not work',
    text: `The intranet could not accept the answer of ${name}. Please give your administrator the reference below.`,
  };
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

const words = new Map<string, (name: string) => RefusalWords>([
  [
    'provider_status',
    (name) => ({
      title: `${name} did not sign you in`,
      text: `${name} says that you may not open the intranet, or that the sign-in was cancelled. ${askAdministrator}`,
    }),
  ],
  [
    'person_unknown',
    (name) => ({
      title: 'You are not in the People Directory yet',
      text: `${name} signed you in, but the intranet does not know you. ${askAdministrator}`,
    }),
  ],
  [
    'person_ambiguous',
    (name) => ({
      title: 'More than one person matches',
      text: `${name} signed you in, but the intranet knows more than one person by this name. ${askAdministrator}`,
    }),
  ],
  [
    'person_deactivated',
    (name) => ({
      title: 'Your account is deactivated',
      text: `${name} signed you in, but your account in the intranet is deactivated. ${askAdministrator}`,
    }),
  ],
  [
    'person_not_intranet_user',
    (name) => ({
      title: 'You may not sign in to the intranet',
      text: `${name} signed you in. You are listed in the People Directory, but without access to the intranet. ${askAdministrator}`,
    }),
  ],
  [
    'email_domain_forbidden',
    (name) => ({
      title: `${name} may not sign you in here`,
      text: `${name} signed you in, but is not the identity provider of your e-mail address. ${askAdministrator}`,
    }),
  ],
  [
    'request_unknown',
    () => ({
      title: 'This sign-in has ended',
      text: 'It was used already, or took longer than ten minutes. Log in again.',
    }),
  ],
  [
    'request_other_browser',
    () => ({
      title: 'This sign-in began in another browser',
      text: 'Log in again in this one, and allow cookies for the intranet.',
    }),
  ],
  ['assertion_replayed', () => ({ title: 'This sign-in was used already', text: 'Log in again.' })],
  [
    'idp_initiated_forbidden',
    (name) => ({
      title: 'Start at the intranet',
      text: `The intranet does not accept a launch from ${name}. Open the intranet and log in there.`,
    }),
  ],
  [
    'provider_disabled',
    (name) => ({
      title: `${name} is switched off here`,
      text: `The intranet does not accept sign-ins from ${name} at present. ${askAdministrator}`,
    }),
  ],
]);
