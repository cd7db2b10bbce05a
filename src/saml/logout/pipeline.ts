import { type CheckList, check, inOrder } from '../verify/check.ts';
import { checkVersion } from '../verify/contentChecks.ts';
import { checkProviderEnabled } from '../verify/lookUp.ts';
import { checkXml } from '../verify/message.ts';
import {
  checkLogoutName,
  checkLogoutProvider,
  checkLogoutSent,
  checkLogoutStatus,
  checkLogoutTime,
  checkLogoutUnused,
} from './content.ts';
import type { LogoutContext } from './context.ts';
import {
  checkLogoutDestination,
  checkLogoutEncoding,
  checkLogoutSignature,
  checkLogoutStructure,
  readLogoutField,
} from './message.ts';

const xmlReasons = ['message_too_large', 'xml_malformed', 'xml_limit', 'xml_forbidden'] as const;
const decodingReasons = ['request_malformed', 'message_too_large', 'base64_invalid'] as const;
const signatureReasons = [
  'signature_missing',
  'signature_malformed',
  'algorithm_forbidden',
  'signature_invalid',
] as const;
const nameReasons = [
  'response_malformed',
  'subject_of_other_sp',
  'subject_missing',
  'algorithm_forbidden',
  ...xmlReasons,
] as const;

/**
 * Every check of a LogoutRequest or LogoutResponse, in the order in which they run. The first that fails ends it. A check of what only one of
 * the two has says so for the other. Login activity stores the numbers, which must never be used for another check; those of logins are
 * below 100.
 */
export const logoutChecks: CheckList<LogoutContext> = {
  receive: [check(101, 'Logout message', 'saml-bindings 3.4.4, 3.5.4', readLogoutField, ...decodingReasons)],
  read: [
    check(102, 'Encoding', 'saml-bindings 3.5.4', checkLogoutEncoding, 'base64_invalid'),
    check(103, 'XML of the message', 'XML 1.0, own limits', checkXml, ...xmlReasons),
    check(
      104,
      'LogoutRequest or LogoutResponse',
      'saml-core 3.7.1, 3.7.2',
      checkLogoutStructure,
      'response_malformed',
      'signature_misplaced',
    ),
  ],
  lookUp: [
    check(
      105,
      'Issuer of the message',
      'saml-core 3.2.1',
      checkLogoutProvider,
      'response_malformed',
      'provider_unknown',
    ),
    check(106, 'Provider in use', 'own rule', checkProviderEnabled, 'provider_disabled'),
  ],
  verify: [
    check(107, 'Signature of the message', 'saml-profiles 4.4.4.1', checkLogoutSignature, ...signatureReasons),
    check(108, 'Version of the message', 'saml-core 4', checkVersion, 'version_unsupported'),
    check(109, 'SLO URL', 'saml-bindings 3.4.5.2, 3.5.5.2', checkLogoutDestination, 'destination_mismatch'),
    check(
      110,
      'Time of the message',
      'saml-core 3.2.1, 3.7.1',
      checkLogoutTime,
      'issued_in_future',
      'logout_expired',
      'response_malformed',
    ),
    check(111, 'NameID and SessionIndex', 'saml-core 3.7.1', checkLogoutName, ...nameReasons),
    check(112, 'Status of the logout', 'saml-core 3.2.2.1, 3.7.3', checkLogoutStatus, 'response_malformed'),
  ],
  match: [
    check(113, 'Logout request', 'saml-core 3.2.2', checkLogoutSent, 'logout_request_unknown', 'response_malformed'),
  ],
  use: [check(114, 'Message not used before', 'saml-profiles 4.4.4', checkLogoutUnused, 'logout_replayed')],
};

/** All checks of logouts, in the order in which they run. */
export const allLogoutChecks = inOrder(logoutChecks);
