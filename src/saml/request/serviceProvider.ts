import { generateServiceProviderMetadata, SAML, type SamlConfig } from '@node-saml/passport-saml';
import { serviceProviderDetails } from '../../federation/domains.ts';
import { singleSignOnFor } from '../../federation/providers.ts';
import type { Domain } from '../../store/domains.ts';
import type { IdentityProvider } from '../../store/identityProviders.ts';

/** Private key and certificate of a domain, PEM. */
export type SigningKey = { privateKey: string; certificate: string };

/** An AuthnRequest to send: a URL to redirect to, or with fields to post there. */
export type OutgoingRequest = { url: string; fields: Record<string, string> | undefined };

/**
 * Creates an AuthnRequest (saml-core 3.4.1) for the HTTP-Redirect or HTTP-POST binding (saml-bindings 3.4, 3.5).
 * @param request.id the ID that the SAML response must name
 * @param request.relayState a random token without a meaning outside
 */
export async function createAuthnRequest(
  domain: Domain,
  provider: IdentityProvider,
  key: SigningKey | undefined,
  request: { id: string; relayState: string; forceAuthn: boolean },
): Promise<OutgoingRequest> {
  const { settings } = provider;
  const url = singleSignOnFor(provider, settings.requestBinding);
  if (!url) throw new Error(`${provider.entityId} has no endpoint for ${settings.requestBinding}`);
  const saml = new SAML({
    ...optionsFor(domain, settings.signRequests ? key : undefined),
    entryPoint: url,
    idpCert: provider.facts.certificates[0]?.pem ?? '',
    generateUniqueId: () => request.id,
    forceAuthn: request.forceAuthn,
    identifierFormat: settings.nameIdPolicy === '' ? null : settings.nameIdPolicy,
    disableRequestedAuthnContext: settings.authnContexts.length === 0,
    authnContext: settings.authnContexts,
    authnRequestBinding: settings.requestBinding === 'post' ? 'HTTP-POST' : 'HTTP-Redirect',
    skipRequestCompression: settings.requestBinding === 'post',
  });
  if (settings.requestBinding === 'redirect')
    return { url: await saml.getAuthorizeUrlAsync(request.relayState, undefined, {}), fields: undefined };
  const fields = await saml.getAuthorizeMessageAsync(request.relayState);
  return { url, fields: fields as Record<string, string> };
}

/** Returns the metadata of a domain's service provider (saml-metadata 2.4.4), without a key before the domain is set up. */
export function createMetadata(domain: Domain, key: SigningKey | undefined, signsRequests: boolean): string {
  const xml = generateServiceProviderMetadata({
    ...optionsFor(domain, key),
    identifierFormat: null,
    wantAssertionsSigned: true,
    publicCerts: key?.certificate ?? null,
    ...(key ? { decryptionPvk: key.privateKey, decryptionCert: key.certificate } : {}),
    // The same ID every time: some providers compare the metadata.
    generateUniqueId: () => `_${domain.id}`,
  });
  return signsRequests ? xml : xml.replace('AuthnRequestsSigned="true"', 'AuthnRequestsSigned="false"');
}

function optionsFor(domain: Domain, key: SigningKey | undefined) {
  const { entityId, acsUrl } = serviceProviderDetails(domain);
  const signing = key ? { privateKey: key.privateKey, publicCert: key.certificate } : {};
  return {
    issuer: entityId,
    callbackUrl: acsUrl,
    signatureAlgorithm: 'sha256',
    digestAlgorithm: 'sha256',
    ...signing,
  } satisfies Partial<SamlConfig>;
}
