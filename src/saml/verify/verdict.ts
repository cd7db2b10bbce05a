import type { KeyObject } from 'node:crypto';

/**
 * Why an answer was refused. A closed list: each refusal has exactly one of these, and the sign-in activity, the log and the documents use the same words.
 */
export type ReasonCode =
  // Size and form
  | 'request_malformed' // not one SAMLResponse field, an array, duplicated parameters
  | 'message_too_large'
  | 'base64_invalid'
  | 'xml_malformed'
  | 'xml_limit' // too many nodes, attributes, levels, characters
  | 'xml_forbidden' // DOCTYPE, processing instruction
  | 'response_malformed' // schema: not a Response, two assertions, duplicate IDs, bad dates, …
  // Signature and encryption
  | 'signature_missing'
  | 'signature_misplaced'
  | 'signature_malformed' // more than one Reference, forbidden transform, …
  | 'algorithm_forbidden'
  | 'signature_invalid' // also every decryption failure: nobody outside may tell them apart
  // The checks on what was verified
  | 'version_unsupported'
  | 'provider_status' // the provider said no: Status is not Success
  | 'destination_mismatch'
  | 'issuer_mismatch'
  | 'audience_mismatch'
  | 'recipient_mismatch'
  | 'confirmation_method'
  | 'confirmation_expired'
  | 'conditions_not_yet_valid'
  | 'conditions_expired'
  | 'conditions_unknown'
  | 'session_expired' // SessionNotOnOrAfter is past
  | 'issued_in_future'
  | 'authn_too_old' // ForceAuthn was asked for and AuthnInstant is older than the request
  | 'in_response_to_mismatch'
  | 'idp_initiated_forbidden'
  | 'subject_missing' // neither a NameID nor the mapped attribute
  // The flow and the person
  | 'provider_unknown'
  | 'provider_disabled'
  | 'request_unknown' // never made here, used already, or expired
  | 'request_other_browser'
  | 'request_other_provider'
  | 'assertion_replayed'
  | 'email_domain_forbidden'
  | 'person_unknown'
  | 'person_ambiguous'
  | 'person_deactivated'
  | 'person_not_intranet_user';

/** One step of the verification, in the order in which it was made. `result` of the last one is `refused` where the answer was refused. */
export type Check = {
  name: string; // as a Power User reads it: 'Size and form', 'Signature verifies', 'Recipient'
  result: 'passed' | 'refused' | 'not_reached';
  detail?: string; // what was found, plain text: 'RSA-SHA256, on the Assertion'
  expected?: string;
  received?: string;
};

/** What the answer is judged against. Keys come from the imported metadata alone. */
export type VerifyContext = {
  entityId: string; // the domain's EntityID, the expected Audience
  acsUrl: string; // the domain's ACS URL, the expected Destination and Recipient
  now: number; // epoch milliseconds
  provider: {
    entityId: string;
    signingKeys: KeyObject[];
    clockSkewMs: number;
    allowSha1: boolean;
    idpInitiated: boolean; // whether an answer that nobody asked for is accepted
    subjectAttribute: string | undefined; // the attribute that names the person; undefined: the NameID does
  };
  decryptionKeys: KeyObject[];
  request: { id: string; forceAuthn: boolean; issuedAt: number } | undefined; // the request of this browser that the answer claims to answer
};

/** What was signed, and nothing else. */
export type VerifiedAssertion = {
  id: string;
  issuer: string;
  nameId:
    | {
        value: string;
        format: string | undefined;
        nameQualifier: string | undefined;
        spNameQualifier: string | undefined;
      }
    | undefined;
  sessionIndex: string | undefined;
  authnInstant: number; // the earliest, where there are several; epoch milliseconds, as all times here
  authnContextClassRef: string | undefined;
  sessionNotOnOrAfter: number | undefined;
  notOnOrAfter: number; // until when the assertion could be used, skew included: how long its ID is remembered
  inResponseTo: string | undefined;
  oneTimeUse: boolean;
  attributes: Map<string, string[]>; // by Name; values of one name given twice are joined
};

export type Verdict =
  | { ok: true; assertion: VerifiedAssertion; checks: Check[] }
  | {
      ok: false;
      reason: ReasonCode;
      checks: Check[];
      providerStatus?: { code: string; subCode: string | undefined; message: string | undefined };
    };

/** A Response that was decoded and parsed within the limits, and of which nothing is to be trusted yet. */
export type UnverifiedResponse = {
  issuer: string | undefined; // says whose keys to try, no more
  inResponseTo: string | undefined; // says which request to look up, no more
  encrypted: boolean; // says that the domain's keys will be wanted, no more
};
