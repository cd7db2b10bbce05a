/** What a Power User reads of a refusal: what happened, as the end of 'Refused: …', and what to do about it. `{provider}` is its name. */
export type Explanation = { title: string; advice: string; remedy?: Remedy };

/** Where the cause is put right: a value to carry over to the provider, or a screen here. */
export type Remedy = 'acsUrl' | 'entityId' | 'provider' | 'metadata' | 'person' | 'addPerson';

const ATTACK = 'An honest identity provider never sends this. If it comes again, somebody may be trying to get in.';
const CLOCK =
  'Compare the clock of {provider} with this server’s. A small difference can be allowed on its Edit screen.';
const AGAIN = 'Nothing is wrong with the set-up: the person should log in again.';

/** Every reason for which a sign-in is refused, in the order in which it can happen. */
export const reasons = {
  request_malformed: {
    title: 'what arrived was not an answer',
    advice: 'The form had no SAMLResponse, or more than one. See whether {provider} sends its answers by HTTP-POST.',
  },
  message_too_large: {
    title: 'the answer was too large',
    advice: 'Have {provider} send fewer attributes or groups: an answer may have 256 KB.',
  },
  base64_invalid: { title: 'the answer was garbled', advice: `It was not clean base64. ${ATTACK}` },
  xml_malformed: { title: 'the answer was not well-formed XML', advice: ATTACK },
  xml_limit: {
    title: 'the answer had too many parts',
    advice: 'Have {provider} send fewer attributes or groups. Beyond that, no honest answer is built like this.',
  },
  xml_forbidden: { title: 'the answer held what no answer may hold', advice: `A DOCTYPE or the like. ${ATTACK}` },
  response_malformed: {
    title: 'the answer was not built as SAML wants it',
    advice: 'The check below says which part. Ask the maker of {provider}, unless somebody made the answer by hand.',
  },
  signature_missing: {
    title: 'the answer was not signed',
    advice: 'Turn on in {provider} that it signs its assertions (or its responses).',
    remedy: 'provider',
  },
  signature_misplaced: { title: 'a signature stood in the wrong place', advice: ATTACK },
  signature_malformed: { title: 'the signature was not built as SAML wants it', advice: ATTACK },
  algorithm_forbidden: {
    title: 'the answer used an algorithm that is not safe',
    advice:
      'Change the signature in {provider} to RSA-SHA256. Until that is possible, SHA-1 can be accepted on its Edit screen.',
    remedy: 'provider',
  },
  signature_invalid: {
    title: 'the signature did not verify',
    advice:
      '{provider} may have changed its key, or encrypts for another key than this domain’s. Fetch its metadata again on its Edit screen.',
    remedy: 'metadata',
  },
  version_unsupported: {
    title: 'the answer was not SAML 2.0',
    advice: 'Set the application in {provider} up for SAML 2.0.',
  },
  provider_status: {
    title: '{provider} said no',
    advice:
      'The person may not open the intranet there, or did not finish the sign-in. Look whether the application is assigned to them in {provider}.',
  },
  destination_mismatch: {
    title: 'the answer was meant for another address',
    advice: '{provider} sends its answers to an ACS URL that is not this domain’s. Set it to the one below.',
    remedy: 'acsUrl',
  },
  issuer_mismatch: {
    title: 'the answer came in another provider’s name',
    advice: 'The EntityID of {provider} is not the one in its metadata. If it was changed there, import it anew.',
    remedy: 'metadata',
  },
  audience_mismatch: {
    title: 'the answer was made for another service provider',
    advice: 'Set the audience in {provider} to this domain’s EntityID, letter by letter.',
    remedy: 'entityId',
  },
  recipient_mismatch: {
    title: 'the answer was meant for another address',
    advice:
      '{provider} said who the person is, but sent the answer to an ACS URL that is not this domain’s. Set the ACS URL in {provider} to the one below.',
    remedy: 'acsUrl',
  },
  confirmation_method: {
    title: 'the answer was not one for a browser',
    advice:
      'Only bearer assertions sign people in. Set the application in {provider} up for web browser single sign-on.',
  },
  confirmation_expired: { title: 'the answer came too late', advice: CLOCK, remedy: 'provider' },
  conditions_not_yet_valid: { title: 'the answer is not valid yet', advice: CLOCK, remedy: 'provider' },
  conditions_expired: { title: 'the answer came too late', advice: CLOCK, remedy: 'provider' },
  conditions_unknown: {
    title: 'the answer had a condition that is not known here',
    advice: 'What cannot be checked is not accepted. Take the condition named below out of {provider}.',
  },
  session_expired: { title: 'the session at {provider} had ended already', advice: CLOCK, remedy: 'provider' },
  issued_in_future: { title: 'the answer was dated in the future', advice: CLOCK, remedy: 'provider' },
  authn_too_old: {
    title: 'the person was not asked for their password again',
    advice:
      '{provider} was asked for a fresh log-in (ForceAuthn) and did not make one. Turn it off, or set it up there.',
    remedy: 'provider',
  },
  in_response_to_mismatch: {
    title: 'the answer belonged to another request',
    advice: `The parts of the answer name different requests. ${ATTACK}`,
  },
  idp_initiated_forbidden: {
    title: 'nobody had asked for this answer',
    advice: 'Launching from {provider}’s own console is switched off here. It can be allowed on its Edit screen.',
    remedy: 'provider',
  },
  subject_missing: {
    title: 'the answer named nobody',
    advice: 'Have {provider} send a NameID, or the attribute that is set on its Edit screen, with one value.',
    remedy: 'provider',
  },
  provider_unknown: {
    title: 'the answer came from a provider that is not known here',
    advice: 'No imported metadata has this EntityID. If it is yours, import its metadata.',
  },
  provider_disabled: {
    title: '{provider} is switched off here',
    advice: 'Enable it on its Edit screen if people are to come in through it.',
    remedy: 'provider',
  },
  request_unknown: {
    title: 'the sign-in had ended',
    advice: `It was answered before, or took longer than ten minutes. ${AGAIN}`,
  },
  request_other_browser: {
    title: 'the sign-in began in another browser',
    advice: `The browser that brought the answer had not asked for it, or keeps no cookies. ${AGAIN}`,
  },
  request_other_provider: { title: 'another provider answered than was asked', advice: ATTACK },
  assertion_replayed: {
    title: 'the answer was used before',
    advice: 'Somebody went back in the browser, or reloaded the page. The person should log in again.',
  },
  email_domain_forbidden: {
    title: '{provider} may not sign this person in',
    advice: 'The e-mail address is outside the domains that {provider} is limited to on its Edit screen.',
    remedy: 'provider',
  },
  person_unknown: {
    title: 'the person is not in the People Directory',
    advice:
      '{provider} signed them in. Add them to the People Directory, or change on the Edit screen of {provider} how a person is matched.',
    remedy: 'addPerson',
  },
  person_ambiguous: {
    title: 'more than one person matches',
    advice: 'Two people share this e-mail address or external ID. Make it unique, or match by user name.',
    remedy: 'provider',
  },
  person_deactivated: {
    title: 'the person is deactivated',
    advice: 'Activate them if they should come in.',
    remedy: 'person',
  },
  person_not_intranet_user: {
    title: 'the person is a Non Intranet User',
    advice: 'They are listed but may not sign in. Make them an Intranet User if they should.',
    remedy: 'person',
  },
  password_wrong: {
    title: 'user name and password do not belong together',
    advice:
      'The name is not known, has no local password, or another one. A new one can be set on the person’s screen.',
    remedy: 'person',
  },
  too_many_failures: {
    title: 'there were too many wrong passwords',
    advice: 'For 15 minutes nothing is tried for this name or network. If it goes on, somebody may be guessing.',
  },
} satisfies Record<string, Explanation>;

/** What a reason code means, with the provider's name in place; for a code that is not of the list, the code itself. */
export function explain(reason: string, providerName: string | undefined): Explanation {
  const known: Explanation | undefined = Object.hasOwn(reasons, reason)
    ? reasons[reason as keyof typeof reasons]
    : undefined;
  if (!known) return { title: reason, advice: '' };
  const [title, advice] = [withProvider(known.title, providerName), withProvider(known.advice, providerName)];
  return { ...known, title, advice: advice.charAt(0).toUpperCase() + advice.slice(1) };
}

/** Words with the provider's name in place of `{provider}`. */
export function withProvider(words: string, name: string | undefined): string {
  return words.replaceAll('{provider}', () => name ?? 'the identity provider');
}
