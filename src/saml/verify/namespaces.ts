/** The namespace names of the standards that a message is made of. */
export const SAMLP = 'urn:oasis:names:tc:SAML:2.0:protocol';
export const SAMLP_1 = 'urn:oasis:names:tc:SAML:1.0:protocol'; // also of SAML 1.1
export const SAML = 'urn:oasis:names:tc:SAML:2.0:assertion';
export const DS = 'http://www.w3.org/2000/09/xmldsig#';
export const XENC = 'http://www.w3.org/2001/04/xmlenc#';
export const XENC11 = 'http://www.w3.org/2009/xmlenc11#';
export const EXC_C14N = 'http://www.w3.org/2001/10/xml-exc-c14n#';
export const XSI = 'http://www.w3.org/2001/XMLSchema-instance';
