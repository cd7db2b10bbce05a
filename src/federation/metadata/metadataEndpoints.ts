import type { Endpoint } from '../../store/identityProviders.ts';
import { childrenOf, type Element } from './metadataElement.ts';
import { quote, refuse } from './metadataError.ts';

/** The bindings that Anteroom speaks (saml-bindings 3.4, 3.5). Endpoints of other bindings are passed over. */
export const HTTP_REDIRECT = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect';
export const HTTP_POST = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST';

const MAX_LOCATION = 2_048;

/**
 * The provider's endpoints for single sign-on (saml-metadata 2.4.3).
 * @throws a refusal: bad_endpoint, no_sso_endpoint
 */
export function readSingleSignOn(role: Element): Endpoint[] {
  const endpoints = readEndpoints(role, 'SingleSignOnService');
  if (endpoints.length === 0) {
    refuse(
      'no_sso_endpoint',
      'The provider offers no sign-in by HTTP-Redirect or HTTP-POST (SingleSignOnService), so nobody could be sent there. Turn one of them on at the provider.',
    );
  }
  return endpoints;
}

/**
 * The provider's endpoints for single log-out (saml-metadata 2.4.2), perhaps none.
 * @throws a refusal: bad_endpoint
 */
export function readSingleLogout(role: Element): Endpoint[] {
  return readEndpoints(role, 'SingleLogoutService');
}

/** What a person calls a binding: 'HTTP-Redirect' for 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect'. */
export function shortBinding(binding: string): string {
  return binding.slice(binding.lastIndexOf(':') + 1);
}

/** Locations are absolute http or https URLs, as written in the metadata. */
function readEndpoints(role: Element, name: string): Endpoint[] {
  return childrenOf(role, 'metadata', name).flatMap((element) => {
    const binding = element.attributes.get('Binding')?.trim();
    if (binding !== HTTP_REDIRECT && binding !== HTTP_POST) return [];
    const location = readLocation(element.attributes.get('Location'), name);
    const response = element.attributes.get('ResponseLocation');
    return [
      response === undefined
        ? { binding, location }
        : { binding, location, responseLocation: readLocation(response, name) },
    ];
  });
}

/** People are sent there and forms are posted there, so an address that a browser or a Content-Security-Policy could read otherwise is refused. */
function readLocation(written: string | undefined, name: string): string {
  const location = (written ?? '').trim();
  const url = URL.parse(location);
  const plain =
    url !== null &&
    location.length <= MAX_LOCATION &&
    /^https?:\/\/[^\s\\\p{Cc}]+$/iu.test(location) &&
    /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)$/.test(url.hostname);
  if (!plain) {
    refuse(
      'bad_endpoint',
      `The provider's ${name} has the address ${quote(location)}, which is not an absolute http or https URL. Correct it at the provider.`,
    );
  }
  if (url.username !== '' || url.password !== '') {
    refuse(
      'bad_endpoint',
      `The provider's ${name} has an address with a user name or password in it. Correct it at the provider.`,
    );
  }
  return location;
}
