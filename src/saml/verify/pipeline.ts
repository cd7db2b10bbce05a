import { readForm } from '../acs/form.ts';
import { checkAssertion } from './assertion.ts';
import { checkSignaturePlace, checkSignatures } from './authenticity.ts';
import { type CheckList, check, inOrder, type LoginContext } from './check.ts';
import {
  checkAudience,
  checkConditions,
  checkConfirmationMethod,
  checkConfirmationTime,
  checkDestination,
  checkFreshLogin,
  checkIdpInitiated,
  checkInResponseTo,
  checkIssuer,
  checkIssueTime,
  checkNotBefore,
  checkNotOnOrAfter,
  checkRecipient,
  checkSessionEnd,
  checkStatus,
  checkVersion,
} from './contentChecks.ts';
import { checkNotLoggedOut } from './loggedOut.ts';
import { checkNotUsed, checkProviderEnabled, checkProviderKnown, checkRequest, loadExpectations } from './lookUp.ts';
import { checkBase64, checkRoot, checkSize, checkStructure, checkXml } from './message.ts';
import {
  checkEmailDomain,
  checkLoginType,
  checkMayLogIn,
  checkPersonActive,
  checkPersonKnown,
  checkSubject,
  findPeople,
} from './person.ts';
import { checkNewPerson, checkRequiredValue, writeSentGroups, writeSentPerson } from './sentPeople.ts';

const signatureReasons = [
  'signature_missing',
  'signature_malformed',
  'algorithm_forbidden',
  'namespace_unsigned',
  'signature_invalid',
  'response_malformed',
] as const;
const requestReasons = ['request_unknown', 'request_other_provider', 'request_other_browser'] as const;

/**
 * Every check of a login through a provider, in the order in which they run. The first that fails ends the login. Login activity stores
 * the number of a check, which must never be used for another one.
 */
export const loginChecks: CheckList<LoginContext> = {
  // Read the form of the request.
  receive: [check(1, 'SAMLResponse field', 'saml-bindings 3.5.4', readForm, 'request_malformed', 'message_too_large')],
  // Parse the message. Nothing in it is trusted.
  read: [
    check(2, 'Size', 'own limit', checkSize, 'message_too_large'),
    check(3, 'Base64', 'saml-bindings 3.5.4, RFC 4648 4', checkBase64, 'base64_invalid'),
    check(
      4,
      'XML',
      'XML 1.0, own limits',
      checkXml,
      'message_too_large',
      'xml_malformed',
      'xml_limit',
      'xml_forbidden',
    ),
    check(5, 'SAML Response', 'saml-core 3.3.3', checkRoot, 'response_malformed', 'version_unsupported'),
  ],
  // Look up what to verify it with.
  lookUp: [
    check(6, 'Known provider', 'saml-profiles 4.1.4.2', checkProviderKnown, 'response_malformed', 'provider_unknown'),
    check(7, 'Enabled provider', 'own rule', checkProviderEnabled, 'provider_disabled'),
    check(8, 'Login request', 'saml-profiles 4.1.4.2', loadExpectations),
  ],
  // Verify it.
  verify: [
    check(9, 'Structure', 'saml-core 3.3.3', checkStructure, 'response_malformed', 'signature_misplaced'),
    check(
      10,
      'Place of the signature',
      'saml-core 5.4',
      checkSignaturePlace,
      'signature_missing',
      'signature_misplaced',
    ),
    check(11, 'Signature', 'saml-core 5.4, 6', checkSignatures, ...signatureReasons),
    check(12, 'Version', 'saml-core 4', checkVersion, 'version_unsupported'),
    check(13, 'Status', 'saml-core 3.2.2.1', checkStatus, 'provider_status'),
    check(14, 'Assertion', 'saml-core 2.3.3', checkAssertion, 'response_malformed', 'signature_missing'),
    check(15, 'Destination', 'saml-core 3.2.2, saml-bindings 3.5.5.2', checkDestination, 'destination_mismatch'),
    check(16, 'Issuer', 'saml-core 2.2.5', checkIssuer, 'issuer_mismatch'),
    check(17, 'Audience', 'saml-core 2.5.1.4', checkAudience, 'audience_mismatch'),
    check(18, 'Confirmation method', 'saml-profiles 3.3', checkConfirmationMethod, 'confirmation_method'),
    check(19, 'Recipient', 'saml-core 2.4.1.2', checkRecipient, 'recipient_mismatch'),
    check(20, 'Confirmation time', 'saml-core 2.4.1.2', checkConfirmationTime, 'confirmation_expired'),
    check(21, 'Known conditions', 'saml-core 2.5.1', checkConditions, 'conditions_unknown'),
    check(22, 'Valid from', 'saml-core 2.5.1.2', checkNotBefore, 'conditions_not_yet_valid'),
    check(23, 'Valid until', 'saml-core 2.5.1.2', checkNotOnOrAfter, 'conditions_expired'),
    check(24, 'Session end', 'saml-core 2.7.2', checkSessionEnd, 'session_expired'),
    check(25, 'Issue time', 'saml-core 2.3.3, 3.2.2, 2.7.2', checkIssueTime, 'issued_in_future', 'response_malformed'),
    check(26, 'Fresh login', 'saml-core 3.4.1 (ForceAuthn)', checkFreshLogin, 'authn_too_old'),
    check(27, 'InResponseTo', 'saml-core 3.2.2, 2.4.1.2', checkInResponseTo, 'in_response_to_mismatch'),
    check(28, 'IdP-initiated login', 'saml-profiles 4.1.5', checkIdpInitiated, 'idp_initiated_forbidden'),
    check(29, 'Subject', 'saml-core 2.2.2, 2.4.1', checkSubject, 'subject_of_other_sp', 'subject_missing'),
  ],
  // Find the people that it may mean.
  match: [check(30, 'Matching people', 'own rule', findPeople, 'subject_missing')],
  // Use it, in the transaction that also records the login.
  use: [
    check(31, 'Not used before', 'saml-profiles 4.1.4.5', checkNotUsed, 'assertion_replayed'),
    check(32, 'Login request of this browser', 'saml-profiles 4.1.4.2', checkRequest, ...requestReasons),
    check(42, 'Not logged out', 'saml-core 3.7.3.1', checkNotLoggedOut, 'session_logged_out'),
    check(38, 'New person', 'own rule', checkNewPerson, 'person_unknown', 'person_ambiguous'),
    check(33, 'Person in the People Directory', 'own rule', checkPersonKnown, 'person_unknown', 'person_ambiguous'),
    check(39, 'Required value', 'own rule', checkRequiredValue, 'required_value_missing'),
    check(34, 'E-mail domain', 'own rule', checkEmailDomain, 'email_domain_forbidden'),
    check(35, 'Active person', 'own rule', checkPersonActive, 'person_deactivated'),
    check(36, 'Intranet access', 'own rule', checkMayLogIn, 'person_not_intranet_user'),
    check(37, 'Authentication Type', 'own rule', checkLoginType, 'saml_login_forbidden'),
    check(40, 'Creating and updating', 'own rule', writeSentPerson, 'person_ambiguous'),
    check(41, 'Groups', 'own rule', writeSentGroups),
  ],
};

/** All checks of logins, in the order in which they run. */
export const allChecks = inOrder(loginChecks);
