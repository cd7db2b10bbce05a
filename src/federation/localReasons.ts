/** The reasons for refusing a local login, in the order in which they can occur (see reasons.ts). */
export const localReasons = {
  password_wrong: {
    title: 'wrong user name or password',
    advice: 'The user name is unknown, or has another password or none. You can set one on the person’s screen.',
    remedy: 'person',
  },
  local_login_forbidden: {
    title: 'the person logs in through an identity provider only',
    advice: 'Their Authentication Type is SAML. To allow logins with a password, change it.',
    remedy: 'person',
  },
  too_many_failures: {
    title: 'too many wrong passwords',
    advice: 'Logins with this name or network are blocked for 15 minutes. Someone may be guessing passwords.',
  },
  second_factor_wrong: {
    title: 'wrong code',
    advice:
      'The password was right. If the person did not try this, someone else knows it: set a new one. If they did, compare the clocks of their phone and this server, or remove their second factors so that they set up new ones.',
    remedy: 'person',
  },
  too_many_codes: {
    title: 'too many wrong codes',
    advice:
      'The password was right, and codes of the app are blocked for 15 minutes; passkeys and recovery codes are not. Someone may know the password: set a new one.',
    remedy: 'person',
  },
  passkey_unknown: {
    title: 'the passkey is not known here',
    advice:
      'It was removed, belongs to another domain, or to another person than the password. The person can log in another way and add it again on My profile.',
  },
  passkey_invalid: {
    title: 'the passkey was not accepted',
    advice:
      'Its response was not for this domain, this browser or this login, came too late or twice, or did not verify the person. If it happens again, someone may be replaying it.',
  },
  passkey_copied: {
    title: 'the passkey may have been copied',
    advice:
      'Its counter did not grow, so two authenticators may have the same key. Remove it on the person’s screen, and ask them to add another one.',
    remedy: 'person',
  },
} as const;
