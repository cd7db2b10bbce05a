import { isOpenHttp } from '../../network.ts';
import type { Certificate, Endpoint, ProviderFacts } from '../../store/identityProviders.ts';
import { childrenOf, type Element } from './metadataElement.ts';
import { shortBinding } from './metadataEndpoints.ts';
import type { FoundProvider } from './metadataEntity.ts';

const SOON_MS = 30 * 24 * 60 * 60 * 1000;
const STRONG_RSA_BITS = 2_048;

/** What speaks against metadata that can be used nevertheless, as sentences for the preview, the gravest first. */
export function warningsOf(found: FoundProvider, read: Omit<ProviderFacts, 'nameIdFormats'>, now: number): string[] {
  return [
    ...read.certificates.flatMap((certificate) => certificateWarnings(certificate, now)),
    ...httpWarnings([...read.singleSignOn, ...read.singleLogout]),
    ...validityWarnings(read.validUntil, now),
    ...bindingWarnings(read.singleSignOn),
    ...signatureWarnings([...found.containers, found.entity]),
    ...(found.containers.length > 0
      ? ['The metadata is written as a collection (EntitiesDescriptor) of one entity, which was taken.']
      : []),
  ];
}

/** An ended certificate still verifies: the metadata interoperability profile trusts the key, not the dates (saml-metadata-iop 2.5). */
function certificateWarnings({ subject, notBefore, notAfter, keyDescription }: Certificate, now: number): string[] {
  const warnings: string[] = [];
  const name = notAfter === undefined ? 'The signing key' : `The signing certificate "${subject}"`;
  if (notAfter === undefined || notBefore === undefined)
    warnings.push(`${name} comes without a certificate, so there is no date by which it is to be changed.`);
  else if (notAfter < now)
    warnings.push(`${name} ended on ${day(notAfter)}. Sign-in still works; renew it at the provider.`);
  else if (notAfter < now + SOON_MS)
    warnings.push(`${name} ends soon, on ${day(notAfter)}. Renew it at the provider in time.`);
  if (notBefore !== undefined && notBefore > now)
    warnings.push(`${name} is valid only from ${day(notBefore)}. It may be the provider's next one.`);
  const bits = /^RSA (\d+)$/.exec(keyDescription)?.[1];
  if (bits !== undefined && Number(bits) < STRONG_RSA_BITS) {
    warnings.push(
      `${name} has a weak key (${keyDescription}). Change to RSA ${STRONG_RSA_BITS} or stronger at the provider.`,
    );
  }
  return warnings;
}

function httpWarnings(endpoints: Endpoint[]): string[] {
  const open = endpoints
    .flatMap(({ location, responseLocation }) => [location, responseLocation ?? location])
    .filter(isOpenHttp);
  const hosts = [...new Set(open.map((location) => new URL(location).host))];
  return hosts.map(
    (host) =>
      `The provider's address at ${host} is http, not https: what passes there can be read and changed on the way.`,
  );
}

function validityWarnings(validUntil: number | undefined, now: number): string[] {
  if (validUntil === undefined || validUntil > now + SOON_MS) return [];
  return [`The metadata is valid until ${day(validUntil)} only. Import it again before then.`];
}

function bindingWarnings(singleSignOn: Endpoint[]): string[] {
  const [only, ...others] = new Set(singleSignOn.map(({ binding }) => binding));
  if (only === undefined || others.length > 0) return [];
  return [`The provider takes requests by ${shortBinding(only)} only.`];
}

function signatureWarnings(elements: Element[]): string[] {
  if (!elements.some((element) => childrenOf(element, 'signature', 'Signature').length > 0)) return [];
  return ['The metadata is signed, but its signature was not checked: it is trusted for the place where it was got.'];
}

function day(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
