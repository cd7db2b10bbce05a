import { type Cause, causes } from './causes.ts';
import { localReasons } from './localReasons.ts';
import { logoutReasons } from './logoutReasons.ts';

export type { Cause };

/**
 * A refusal as a Power User reads it: the end of "Refused: …", and what to do. `{provider}` stands for the provider's name. causes.ts has
 * better advice for what the check found.
 */
export type Explanation = { title: string; advice: string; remedy?: Remedy };

/** What fixes the cause: a value to copy to the provider, or a screen here. */
export type Remedy = 'acsUrl' | 'entityId' | 'provider' | 'metadata' | 'person' | 'addPerson';

/** Why a SAML message is refused. A closed list: each refusal has exactly one of these, in Login activity, the log and docs/reasons.md. */
export type ReasonCode = keyof typeof samlReasons;

const ATTACK = 'No legitimate identity provider sends this. If it happens again, someone may be attacking this server.';
const CLOCK = 'Compare the clocks of {provider} and this server. The Edit screen can allow a small difference.';
const REFRESH = 'Fetch the metadata again on the Edit screen.';
const AGAIN = 'The setup is fine: the person should log in again.';

/** The reasons for refusing a SAML response, in the order in which they can occur. */
const samlReasons = {
  // Reading the message
  request_malformed: {
    title: 'the request did not contain a SAML message',
    advice:
      'The form had no SAMLResponse field, or more than one. Check that {provider} sends its response by HTTP-POST.',
  },
  message_too_large: {
    title: 'the message was too large',
    advice: 'Configure {provider} to send fewer attributes or groups. A SAML response may have up to 256 KB.',
  },
  base64_invalid: {
    title: 'the message was not valid base64',
    advice: `It was damaged or crafted by hand. ${ATTACK}`,
  },
  xml_malformed: {
    title: 'the message was not well-formed XML',
    advice: ATTACK,
  },
  xml_limit: {
    title: 'the message had too many parts',
    advice: 'Configure {provider} to send fewer attributes or groups. Legitimate responses stay below the limits.',
  },
  xml_forbidden: {
    title: 'the message contained forbidden XML',
    advice: `It has a DOCTYPE, a processing instruction, a CDATA section or a comment inside text. ${ATTACK}`,
  },
  response_malformed: {
    title: 'the message did not follow the SAML schema',
    advice: 'The failed check shows which part. If {provider} sends this every time, ask its vendor.',
  },
  // Signature and encryption
  signature_missing: {
    title: 'the message was not signed',
    advice: 'Enable signing of assertions (or of responses) in {provider}.',
    remedy: 'provider',
  },
  signature_misplaced: { title: 'a signature was in the wrong place', advice: ATTACK },
  signature_malformed: { title: 'the signature did not have the required form', advice: ATTACK },
  algorithm_forbidden: {
    title: 'the message used an algorithm that is not accepted',
    advice: 'Set the signature in {provider} to RSA-SHA256.',
    remedy: 'provider',
  },
  namespace_unsigned: {
    title: 'the encrypted assertion used namespaces that are not signed',
    advice:
      'Its meaning depends on declarations around it. Set {provider} to Exclusive XML Canonicalization, and to sign the assertion.',
    remedy: 'provider',
  },
  // Also every failed decryption: a sender must not be able to tell the two apart.
  signature_invalid: {
    title: 'the signature was not valid',
    advice: `{provider} may have a new key, or encrypt for an old key of this domain. ${REFRESH}`,
    remedy: 'metadata',
  },
  // Content
  version_unsupported: {
    title: 'the message was not SAML 2.0',
    advice: 'Set the application in {provider} to SAML 2.0.',
  },
  provider_status: {
    title: '{provider} refused the login',
    advice: 'The person cancelled, or may not use the application. Check in {provider} that it is assigned to them.',
  },
  destination_mismatch: {
    title: 'the message was sent to a different address',
    advice: 'The ACS URL in {provider} is not the one of this domain. Replace it with the one below.',
    remedy: 'acsUrl',
  },
  issuer_mismatch: {
    title: 'the response was issued by a different provider',
    advice: 'The EntityID of {provider} is not the one in its metadata. If it has changed, import the metadata again.',
    remedy: 'metadata',
  },
  audience_mismatch: {
    title: 'the response was issued for a different service provider',
    advice: 'Set the audience in {provider} to the EntityID of this domain. It must match exactly.',
    remedy: 'entityId',
  },
  recipient_mismatch: {
    title: 'the response was issued for a different address',
    advice: 'The recipient in {provider} is not the ACS URL of this domain. Replace it with the one below.',
    remedy: 'acsUrl',
  },
  confirmation_method: {
    title: 'the response was not meant for a browser login',
    advice: 'Only bearer assertions are accepted. Set the application in {provider} to web browser single sign-on.',
  },
  confirmation_expired: { title: 'the response arrived too late', advice: CLOCK, remedy: 'provider' },
  conditions_not_yet_valid: { title: 'the response was not valid yet', advice: CLOCK, remedy: 'provider' },
  conditions_expired: { title: 'the response had expired', advice: CLOCK, remedy: 'provider' },
  conditions_unknown: {
    title: 'the response had an unknown condition',
    advice: 'Conditions that cannot be checked are not accepted. Remove the condition below in {provider}.',
  },
  session_expired: { title: 'the session at {provider} had expired', advice: CLOCK, remedy: 'provider' },
  issued_in_future: { title: 'the message was dated in the future', advice: CLOCK, remedy: 'provider' },
  authn_too_old: {
    title: '{provider} did not ask the person to log in again',
    advice: 'The login request required that (ForceAuthn). Enable it in {provider}, or disable it on its Edit screen.',
    remedy: 'provider',
  },
  in_response_to_mismatch: {
    title: 'the response belonged to a different login request',
    advice: `Its parts name different login requests. ${ATTACK}`,
  },
  idp_initiated_forbidden: {
    title: 'the login was started at {provider}',
    advice: 'Logins started from the tile at {provider} (IdP-initiated) are disabled. Its Edit screen can allow them.',
    remedy: 'provider',
  },
  subject_missing: {
    title: 'the message did not name a person',
    advice: 'Configure {provider} to send a NameID, or exactly one value of the attribute that its Edit screen names.',
    remedy: 'provider',
  },
  subject_of_other_sp: {
    title: 'the NameID belonged to a different service provider',
    advice: 'Set the SPNameQualifier in {provider} to the EntityID of this domain, or leave it out.',
    remedy: 'entityId',
  },
  // Provider, login request and person
  provider_unknown: {
    title: 'the message came from an unknown provider',
    advice:
      'No provider of this domain has this EntityID. If the provider is yours, import its metadata for this domain, or select the domain on its Edit screen.',
  },
  provider_disabled: {
    title: '{provider} is disabled',
    advice: 'Enable it on its Edit screen to allow logins.',
    remedy: 'provider',
  },
  request_unknown: {
    title: 'the login request was unknown, used or expired',
    advice: `It was used before, or is more than ten minutes old. ${AGAIN}`,
  },
  request_other_browser: {
    title: 'the login was started in a different browser',
    advice: `This browser did not make the login request, or does not keep cookies. ${AGAIN}`,
  },
  request_other_provider: { title: 'the login request was sent to a different provider', advice: ATTACK },
  assertion_replayed: {
    title: 'the response was used before',
    advice: 'The person probably went back in the browser or reloaded the page. They should log in again.',
  },
  session_logged_out: {
    title: 'the session had been ended at {provider}',
    advice: `{provider} sent a logout for it a few minutes before. ${AGAIN}`,
  },
  email_domain_forbidden: {
    title: '{provider} may not log this person in',
    advice: 'Their e-mail address is outside the domains that {provider} is limited to on its Edit screen.',
    remedy: 'provider',
  },
  person_unknown: {
    title: 'the person is not in the People Directory',
    advice: '{provider} logged them in. Add them, or change how people are matched on the Edit screen of {provider}.',
    remedy: 'addPerson',
  },
  person_ambiguous: {
    title: 'more than one person matches',
    advice: 'Several people share this e-mail address or external ID. Make it unique, or match people by user name.',
    remedy: 'provider',
  },
  required_value_missing: {
    title: 'the required value is missing',
    advice:
      '{provider} did not send the value without which nobody may log in. If they should have access, add them to the group there; if they were deactivated, activate them here. Or change the rule.',
    remedy: 'provider',
  },
  person_deactivated: {
    title: 'the person is deactivated',
    advice: 'Activate them to allow logins.',
    remedy: 'person',
  },
  person_not_intranet_user: {
    title: 'the person is a Non Intranet User',
    advice: 'They are listed but cannot log in. To allow logins, make them an Intranet User.',
    remedy: 'person',
  },
  saml_login_forbidden: {
    title: 'the person logs in with a password only',
    advice: 'Their Authentication Type is Local Login. To allow logins through {provider}, change it.',
    remedy: 'person',
  },
  ...logoutReasons,
} satisfies Record<string, Explanation>;

/** Every reason for refusing a login or a logout: those of a SAML message, and those of a local login. */
export const reasons = {
  ...samlReasons,
  ...localReasons,
} satisfies Record<string, Explanation>;

/** Explains a reason code and, if known, its cause, with the provider's name filled in. Returns an unknown code as the title. */
export function explain(reason: string, providerName: string | undefined, cause?: string): Explanation {
  const known: Explanation | undefined = Object.hasOwn(reasons, reason)
    ? reasons[reason as keyof typeof reasons]
    : undefined;
  if (!known) return { title: reason, advice: '' };
  const specific = cause !== undefined && Object.hasOwn(causes, cause) ? causes[cause as Cause] : undefined;
  const [title, advice] = [
    withProvider(known.title, providerName),
    withProvider(specific ?? known.advice, providerName),
  ];
  return { ...known, title, advice: asSentence(advice, providerName) };
}

/** Returns a text with a capital at its start, unless it starts with the name of the provider, which stays as it is. */
export function asSentence(text: string, providerName: string | undefined): string {
  return providerName && text.startsWith(providerName) ? text : text.charAt(0).toUpperCase() + text.slice(1);
}

/** Replaces `{provider}` in a text by the provider's name. */
export function withProvider(text: string, name: string | undefined): string {
  return text.replaceAll('{provider}', () => name ?? 'the identity provider');
}
