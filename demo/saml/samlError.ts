/** An invalid request. It is shown as a page, because it names no trustworthy address to send a SAML response to. */
export class SamlError extends Error {
  override name = 'SamlError';
}
