export const namespaces = {
  assertion: 'urn:oasis:names:tc:SAML:2.0:assertion',
  protocol: 'urn:oasis:names:tc:SAML:2.0:protocol',
  metadata: 'urn:oasis:names:tc:SAML:2.0:metadata',
  signature: 'http://www.w3.org/2000/09/xmldsig#',
} as const;

export const bindings = {
  redirect: 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect',
  post: 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST',
} as const;

const status = 'urn:oasis:names:tc:SAML:2.0:status:';

/** The status codes of saml-core 3.2.2.2 that the provider sends. */
export const statusCodes = {
  success: `${status}Success`,
  requester: `${status}Requester`,
  responder: `${status}Responder`,
  authnFailed: `${status}AuthnFailed`,
  noAuthnContext: `${status}NoAuthnContext`,
  noPassive: `${status}NoPassive`,
  partialLogout: `${status}PartialLogout`,
  requestDenied: `${status}RequestDenied`,
  unknownPrincipal: `${status}UnknownPrincipal`,
  unsupportedBinding: `${status}UnsupportedBinding`,
} as const;

export const authnContexts = {
  passwordProtectedTransport: 'urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport',
  password: 'urn:oasis:names:tc:SAML:2.0:ac:classes:Password',
  unspecified: 'urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified',
} as const;
