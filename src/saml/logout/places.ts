/** The places in a logout message that each check reads, by its number. `Logout` is the message; see verify/places.ts. */
export const logoutPlaces: Readonly<Record<number, readonly string[]>> = {
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
