const CONFIRMATION = 'Assertion/Subject/SubjectConfirmation/SubjectConfirmationData';
const AUTHN = 'Assertion/AuthnStatement';

/** The place of what names the person: the NameID, or the attribute that people are matched by. */
export const PERSON_NAME = 'Assertion/…';
const ATTRIBUTES = 'Assertion/AttributeStatement';

/**
 * The places in the messages that each check reads, by its number: paths from the AuthnRequest, the Response, the Assertion or the Logout
 * message to an element or an @attribute. One that ends with a question mark may be absent: a check does not fail for that. The checks without
 * a place read the form, the message as a whole, or what is stored here.
 */
export const placesRead: Readonly<Record<number, readonly string[]>> = {
  1: [], // SAMLResponse field
  2: [], // Size
  3: [], // Base64
  4: [], // XML
  5: ['Response'],
  6: ['Response/Issuer', 'Assertion/Issuer'],
  7: [], // Enabled provider
  8: ['Response/@InResponseTo'],
  9: ['Response/@ID', 'Response/Status', 'Assertion', 'Response/EncryptedAssertion?'],
  10: ['Response/Signature', 'Assertion/Signature', 'Response/EncryptedAssertion?'],
  11: [
    'Response/Signature/SignedInfo/SignatureMethod/@Algorithm?',
    'Response/Signature/SignedInfo/Reference/@URI?',
    'Response/Signature/SignatureValue?',
    'Assertion/Signature/SignedInfo/SignatureMethod/@Algorithm?',
    'Assertion/Signature/SignedInfo/Reference/@URI?',
    'Assertion/Signature/SignatureValue?',
    'Response/EncryptedAssertion/EncryptedData/EncryptionMethod/@Algorithm?',
  ],
  12: ['Response/@Version', 'Assertion/@Version'],
  13: [
    'Response/Status/StatusCode/@Value',
    'Response/Status/StatusCode/StatusCode/@Value?',
    'Response/Status/StatusMessage?',
  ],
  14: ['Assertion/@ID'],
  15: ['Response/@Destination'],
  16: ['Response/Issuer', 'Assertion/Issuer'],
  17: ['Assertion/Conditions/AudienceRestriction/Audience'],
  18: ['Assertion/Subject/SubjectConfirmation/@Method'],
  19: [`${CONFIRMATION}/@Recipient`],
  20: [`${CONFIRMATION}/@NotBefore?`, `${CONFIRMATION}/@NotOnOrAfter`],
  21: ['Assertion/Conditions'],
  22: ['Assertion/Conditions/@NotBefore'],
  23: ['Assertion/Conditions/@NotOnOrAfter'],
  24: [`${AUTHN}/@SessionNotOnOrAfter`],
  25: ['Response/@IssueInstant', 'Assertion/@IssueInstant', `${AUTHN}/@AuthnInstant`],
  26: ['AuthnRequest/@ForceAuthn', 'AuthnRequest/@IssueInstant', `${AUTHN}/@AuthnInstant`],
  27: ['AuthnRequest/@ID', 'Response/@InResponseTo', `${CONFIRMATION}/@InResponseTo`],
  28: ['Response/@InResponseTo'],
  29: ['Assertion/Subject/NameID/@SPNameQualifier?', PERSON_NAME],
  30: [PERSON_NAME],
  31: ['Assertion/@ID'],
  32: ['AuthnRequest/@ID', 'Response/@InResponseTo'],
  42: ['Assertion/Subject/NameID', `${AUTHN}/@SessionIndex?`, `${AUTHN}/@AuthnInstant`],
  38: [PERSON_NAME, ATTRIBUTES],
  33: [PERSON_NAME],
  39: [ATTRIBUTES],
  34: [PERSON_NAME],
  35: [], // Active person
  36: [], // Intranet access
  37: [], // Authentication Type
  40: [ATTRIBUTES],
  41: [ATTRIBUTES],
  101: [], // Logout message
  102: [], // Encoding
  103: [], // XML of the message
  104: ['Logout', 'Logout/@ID'],
  105: ['Logout/Issuer'],
  106: [], // Provider in use
  107: ['Logout/Signature/SignedInfo/SignatureMethod/@Algorithm?', 'Logout/Signature/SignatureValue'],
  108: ['Logout/@Version'],
  109: ['Logout/@Destination'],
  110: ['Logout/@IssueInstant', 'Logout/@NotOnOrAfter?'],
  111: ['Logout/NameID', 'Logout/EncryptedID?', 'Logout/SessionIndex?'],
  112: ['Logout/Status/StatusCode/@Value', 'Logout/Status/StatusCode/StatusCode/@Value?'],
  113: ['Logout/@InResponseTo'],
  114: ['Logout/@ID'],
};
