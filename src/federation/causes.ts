/**
 * Advice for what exactly was wrong, if one reason has several fixes. `{provider}` stands for the provider's name. A cause belongs to the
 * reasons of its group.
 */
export const causes = {
  // xml_malformed, response_malformed
  encoding: 'SAML responses must be in UTF-8. Set the encoding of the messages in {provider} to UTF-8.',
  empty_in_response_to:
    '{provider} must leave InResponseTo out if there was no login request. In a template of samlify, remove the attribute.',
  no_authn_statement:
    'Have {provider} send an AuthnStatement. In Keycloak, enable Include AuthnStatement; in samlify, add it to the template.',
  // algorithm_forbidden
  sha1: 'Set the signature algorithm in {provider} to RSA-SHA256. If it only supports SHA-1, its Edit screen can allow that.',
  sha1_digest:
    'Set the digest algorithm in {provider} to SHA-256: it is often a separate setting. If it only supports SHA-1, its Edit screen can allow that.',
  digest: 'Set the digest algorithm in {provider} to SHA-256: it is often a separate setting.',
  encryption: 'Set the encryption in {provider} to AES-256-GCM with RSA-OAEP, or turn encryption off.',
  canonical_form: 'Set the canonicalization in {provider} to Exclusive XML Canonicalization without comments.',
  // signature_missing
  logout_unsigned: 'Have {provider} sign logout requests and logout responses. Every browser can send one.',
  // signature_invalid
  other_key:
    'No key in the imported metadata of {provider} made this signature. Compare the certificates below and fetch the metadata again.',
  content_changed:
    'A key of {provider} made this signature, but the content was changed afterwards. Find out which proxy or plug-in rewrites responses.',
  // provider_status
  name_id_policy:
    '{provider} cannot send the NameID format that is requested. Set NameID format on its Edit screen to Not requested.',
  authn_context:
    '{provider} did not log the person in the way that is requested. Clear the authentication contexts on its Edit screen.',
  request_refused:
    '{provider} did not accept the login request. Compare the EntityID and the ACS URL there with those of this domain, and give it the current certificate.',
  // destination_mismatch, subject_missing: of logouts
  logout_url: 'The single logout URL in {provider} is not the one of this domain. Replace it with the one below.',
  name_id_encrypted:
    'No key of this domain decrypts the name. Give {provider} the current metadata of this domain, or turn off encryption of NameIDs there.',
  // destination_mismatch, issuer_mismatch, confirmation_expired
  no_destination:
    'The response is signed and has no Destination. Have {provider} send the ACS URL below as its Destination.',
  no_issuer:
    'The response is signed and has no Issuer. Have {provider} send its EntityID in the Issuer of the response.',
  no_end:
    'The response does not say how long it may be used. Have {provider} send NotOnOrAfter in SubjectConfirmationData.',
  // conditions_*, confirmation_expired, issued_in_future, session_expired
  clock_ahead:
    'The clock of {provider} is ahead of this server’s. Synchronize both with NTP. The Edit screen can allow a small difference.',
  clock_behind:
    'The clock of {provider} is behind this server’s. Synchronize both with NTP. The Edit screen can allow a small difference.',
  late: 'It was issued some time before it arrived. The person waited too long, or the clock of {provider} is behind: compare both clocks.',
  validity:
    'The clocks agree, but the times in the response do not fit. Correct the validity of assertions in {provider}.',
  // in_response_to_mismatch, idp_initiated_forbidden
  in_response_to_missing:
    'A login request of this browser was open, but the response does not name it. Have {provider} return its ID as InResponseTo.',
  // provider_unknown
  other_entity_id:
    'The login request was sent to a provider with the expected EntityID. If it has changed its EntityID, import its metadata again.',
  // request_unknown
  never_issued:
    'No login request with this ID was made here within the last day. Have {provider} return the ID of the login request as InResponseTo.',
  request_used:
    'The login request was used before: the person went back or reloaded the page. They should log in again.',
  request_expired:
    'The login request was more than ten minutes old: the page was left open. The person should log in again.',
  request_of_other_domain:
    'The login request was made at another domain. Give each domain an application of its own in {provider}, with its own ACS URL.',
  // subject_missing
  no_name_id:
    'Configure {provider} to send a NameID, such as the e-mail address. Or select an attribute that it sends on the Edit screen.',
  no_attributes:
    '{provider} sent no attributes at all. Release the attribute named below there, or clear Attribute on the Edit screen.',
  other_attributes:
    '{provider} sent attributes, but not this one. Names must match exactly: correct Attribute on the Edit screen.',
  several_values:
    'The attribute must have exactly one value. Send only one from {provider}, or select another attribute on the Edit screen.',
  // person_unknown
  persistent_name_id:
    'The NameID is an identifier that {provider} made up for this person. Have it send the e-mail address as NameID, or match by external ID.',
  persistent_name_id_beside_mail:
    'The NameID is an identifier that {provider} made up for this person. Match people by the attribute with the e-mail address instead.',
} satisfies Record<string, string>;

/** What exactly was wrong. */
export type Cause = keyof typeof causes;
