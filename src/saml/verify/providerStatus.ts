import { attributeOf, childOf, textOf, type XmlElement } from '../../xml/tree.ts';
import { SAMLP } from './namespaces.ts';

/** Why the provider said no, in its own words, for the activity log. The Response may have been unsigned. */
export type ProviderStatus = { code: string; subCode: string | undefined; message: string | undefined };

const LONGEST = 500; // characters of each

/** The Status of a Response (saml-core 3.2.2.1): its top code, the one within, and the message; each cut to 500 characters. */
export function providerStatusOf(response: XmlElement): ProviderStatus {
  const status = childOf(response, SAMLP, 'Status');
  const code = status && childOf(status, SAMLP, 'StatusCode');
  const subCode = code && childOf(code, SAMLP, 'StatusCode');
  const message = status && childOf(status, SAMLP, 'StatusMessage');
  return {
    code: cut(code && attributeOf(code, 'Value')) ?? '',
    subCode: cut(subCode && attributeOf(subCode, 'Value')),
    message: cut(message && textOf(message)),
  };
}

function cut(text: string | undefined): string | undefined {
  return text?.slice(0, LONGEST);
}
