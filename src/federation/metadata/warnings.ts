import { isOpenHttp } from '../../network.ts';
import type { Certificate, Endpoint, ProviderFacts } from '../../store/identityProviders.ts';
import { shortBinding } from '../providers.ts';
import { childrenOf, type Element, isElement } from './document.ts';
import type { FoundProvider } from './provider.ts';
import { dayText } from './refusal.ts';

const SOON_MS = 30 * 24 * 60 * 60 * 1000;
const STRONG_RSA_BITS = 2_048;

/** Returns what to know about metadata that can be used nevertheless, as sentences for the preview, the most serious first. */
export function warningsOf(found: FoundProvider, read: Omit<ProviderFacts, 'nameIdFormats'>, now: number): string[] {
  return [
    ...read.certificates.flatMap((certificate) => certificateWarnings(certificate, now)),
    ...httpWarnings([...read.singleSignOn, ...read.singleLogout]),
    ...validityWarnings(read.validUntil, now),
    ...bindingWarnings(read.singleSignOn),
    ...signatureWarnings([...found.containers, found.entity]),
    ...collectionWarnings(found),
    ...roleWarnings(found.entity),
  ];
}

/** Returns what to know about the URL of metadata: without an `appid`, Entra sends the tenant's certificate, not the application's. */
export function urlWarnings(url: string): string[] {
  const { hostname = '', pathname = '', searchParams } = URL.parse(url) ?? {};
  const isEntra = /(^|\.)microsoftonline\.(com|us|cn)$/.test(hostname) && /\/federationmetadata\.xml$/i.test(pathname);
  if (!isEntra || [...(searchParams?.keys() ?? [])].some((name) => name.toLowerCase() === 'appid')) return [];
  return [
    'The metadata URL of Microsoft Entra has no appid, so the certificate may be that of another application. Copy the App Federation Metadata Url of your application.',
  ];
}

/** An expired certificate still verifies: the metadata interoperability profile trusts the key, not the dates (saml-metadata-iop 2.5). */
function certificateWarnings({ subject, notBefore, notAfter, keyDescription }: Certificate, now: number): string[] {
  const warnings: string[] = [];
  const named = subject === '' ? 'The signing certificate' : `The signing certificate "${subject}"`;
  const name = notAfter === undefined ? 'The signing key' : named;
  if (notAfter === undefined || notBefore === undefined)
    warnings.push(`${name} has no certificate, so it has no expiry date.`);
  else if (notAfter < now)
    warnings.push(`${name} expired on ${dayText(notAfter)}. Login still works; renew it at the provider.`);
  else if (notAfter < now + SOON_MS)
    warnings.push(`${name} expires soon, on ${dayText(notAfter)}. Renew it at the provider.`);
  if (notBefore !== undefined && notBefore > now)
    warnings.push(`${name} is not valid before ${dayText(notBefore)}. It may be the provider's next one.`);
  const bits = /^RSA (\d+)$/.exec(keyDescription)?.[1];
  if (bits !== undefined && Number(bits) < STRONG_RSA_BITS)
    warnings.push(
      `${name} has a weak key (${keyDescription}). Use RSA ${STRONG_RSA_BITS} or stronger at the provider.`,
    );
  return warnings;
}

function httpWarnings(endpoints: Endpoint[]): string[] {
  const locations = endpoints.flatMap(({ location, responseLocation }) => [location, responseLocation ?? location]);
  const hosts = new Set(locations.filter(isOpenHttp).map((location) => new URL(location).host));
  return [...hosts].map(
    (host) => `The provider uses http, not https, at ${host}: messages can be read and changed on the way.`,
  );
}

function validityWarnings(validUntil: number | undefined, now: number): string[] {
  if (validUntil === undefined || validUntil > now + SOON_MS) return [];
  return [`The metadata is only valid until ${dayText(validUntil)}. Import it again before then.`];
}

function bindingWarnings(singleSignOn: Endpoint[]): string[] {
  const [only, ...others] = new Set(singleSignOn.map(({ binding }) => binding));
  if (only === undefined || others.length > 0) return [];
  return [`The provider only accepts login requests by ${shortBinding(only)}.`];
}

function signatureWarnings(elements: Element[]): string[] {
  if (!elements.some((element) => childrenOf(element, 'signature', 'Signature').length > 0)) return [];
  return ['The metadata is signed, but the signature was not checked: trust it only if you trust where it is from.'];
}

function collectionWarnings({ containers, others }: FoundProvider): string[] {
  if (containers.length === 0 || others === 0) return [];
  const entities = others === 1 ? 'one other entity' : `${others} other entities`;
  return [
    `The metadata is a collection (EntitiesDescriptor). Its ${entities} ${others === 1 ? 'is' : 'are'} not used.`,
  ];
}

// The other roles of the standard say nothing about logins.
const OTHER_ROLES = new Map([
  ['SPSSODescriptor', 'a service provider'],
  ['AttributeAuthorityDescriptor', 'an attribute authority'],
]);

function roleWarnings({ children }: Element): string[] {
  const names = new Set(children.filter((child) => isElement(child, 'metadata', child.name)).map(({ name }) => name));
  const roles = [...names].flatMap((name) => OTHER_ROLES.get(name) ?? []);
  return roles.length === 0 ? [] : [`The provider is also ${roles.join(' and ')}, which is not used.`];
}
